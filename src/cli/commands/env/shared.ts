import { ClientError } from '../../../client/failure.ts'
import type { Input, Output, RouteName } from '../../../contract/routes.ts'
import type { Away, BerthContext, CommonFlags } from '../../context.ts'
import { bringProject } from './bring-project.ts'

type EnvRef = Input<'env.status'>['env']

/** Which env a command line means: its name, the project given or the directory stood in. */
export function envRef({ away, directory }: BerthContext, name: string, project: string | undefined): EnvRef {
  const own = project === undefined ? {} : { project }
  // a directory of this machine says nothing on another one
  if (away !== undefined) return { name, ...own, ...standingIn(away) }
  return { name, ...own, directory }
}

/** The project stood in, in words another machine understands. */
export const standingIn = ({ project, mirror }: Away) => ({
  ...(project === undefined ? {} : { standing: project }),
  ...(mirror === null ? {} : { mirror }),
})

/** Runs an operation with progress on stderr; Ctrl-C asks the daemon to cancel it. */
export async function runWithProgress<N extends RouteName>(
  context: BerthContext,
  flags: CommonFlags,
  name: N,
  title: string,
  input: Input<N>,
): Promise<Output<N>> {
  const client = await context.client(flags.on)
  const progress = context.ui.progress(title)
  try {
    return await client.run(name, input, { onEvent: progress.onEvent, signal: context.signal })
  } finally {
    progress.end()
  }
}

/** The values of the shell variables the env's compose files read: only these leave the caller's shell. */
export async function shellVariables(context: BerthContext, flags: CommonFlags, env: EnvRef) {
  const client = await context.client(flags.on)
  // what this shell has set is about this machine; who has only a token sets nothing there
  if (client.byToken) return {}
  const { names } = await client.call('env.variables', { env })
  const values = names.map((name) => [name, context.env[name]] as const)
  return Object.fromEntries(values.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

type Creation = NonNullable<Input<'env.up'>['create']>

/**
 * Runs an operation that makes a missing env first, from the directory stood in. On another machine the project is
 * brought there for that, and only then.
 */
export async function runMaking<N extends 'env.up' | 'session.run' | 'session.raw'>(
  context: BerthContext,
  flags: CommonFlags & { noCreate: boolean; send?: readonly string[] },
  name: N,
  title: string,
  input: Omit<Input<N>, 'create'>,
): Promise<Output<N>> {
  const run = (create: Creation | null) =>
    runWithProgress(context, flags, name, title, { ...input, create } as unknown as Input<N>)
  if (flags.noCreate) return run(null)
  if (context.away === undefined) return run({ source: { kind: 'directory', directory: context.directory } })
  try {
    return await run(null)
  } catch (error) {
    if (!(error instanceof ClientError) || error.error.code !== 'ENV_NOT_FOUND') throw error
  }
  return run({ source: { kind: 'directory', directory: (await bringProject(context, flags)).directory } })
}

/** Says where work of the user's that was uncommitted when the env was made came back with the env's. */
export function noteMixed({ ui }: BerthContext, mixed: readonly string[]): void {
  if (mixed.length === 0) return
  ui.note(`what you had not committed came along in ${mixed.join(', ')}: the env changed the same lines`)
}
