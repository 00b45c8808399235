import type { Output } from '../../../contract/routes.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { failure, usage } from '../../failure.ts'
import { namesSeveral } from '../../machines-named.ts'
import { contextOf } from '../machine/shared.ts'

/** A repository that is pushed to, with its address for git here. */
export type Remote = Output<'remote.list'>['remotes'][number] & { url: string }

/** The machine whose repositories are meant, and how git reaches it. */
export interface Place {
  machine: string
  urlOf: (repository: string) => string
}

/**
 * Where `--on` leads. git connects by itself, with the user's own SSH config: port, jump host and key are as they are for ssh.
 * Throws USAGE, MACHINE_NOT_CONNECTED, NOT_SUPPORTED.
 */
export async function placeOf(context: BerthContext, flags: CommonFlags): Promise<Place> {
  const { on = 'local' } = flags
  if (on === 'local') return { machine: on, urlOf: (repository) => repository }
  if (namesSeveral(on))
    throw usage(
      'a remote leads to one machine',
      'several are deployed by berth deploy --on, or by berth webhook map --to',
    )
  if ((await context.client(on)).byToken)
    throw failure(
      'NOT_SUPPORTED',
      `git reaches ${on} by SSH alone, and there is only a token for it`,
      `berth connect ${on}`,
    )
  const { machines } = await (await context.client()).call('machine.list', { context: contextOf(flags) })
  const machine = machines.find(({ name }) => name === on)
  if (machine === undefined) throw failure('MACHINE_NOT_CONNECTED', `not connected to ${on}`, `berth connect ${on}`)
  return { machine: on, urlOf: (repository) => `ssh://${machine.destination}${encodeURI(repository)}` }
}

/** A short commit. */
export const shortOf = (commit: string | null) => commit?.slice(0, 7) ?? '-'
