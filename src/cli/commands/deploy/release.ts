import { basename } from 'node:path'
import type { Output } from '../../../contract/routes.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { runWithProgress, shellVariables } from '../env/shared.ts'
import { identityVariable } from '../vault/shared.ts'
import { ofContext } from './shared.ts'

/** A release, and the secrets that must not stand in it. */
export type Release = Output<'deploy.bundle'>

/** Releases are made on the machine the project is on, whatever machine they run on. */
export async function makeRelease(
  context: BerthContext,
  flags: CommonFlags & { allowPlaintextSecrets: boolean },
  app: string | undefined,
): Promise<Release> {
  const { on: _, ...here } = flags
  const ref = { name: basename(context.directory), directory: context.directory }
  return runWithProgress(context, here, 'deploy.bundle', `release of ${app ?? basename(context.directory)}`, {
    directory: context.directory,
    ...(app === undefined ? {} : { app }),
    variables: await shellVariables(context, here, ref),
    allowPlaintext: flags.allowPlaintextSecrets,
    ...ofContext(flags),
    identity: context.env[identityVariable] ?? null,
  })
}
