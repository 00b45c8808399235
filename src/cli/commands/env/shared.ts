import type { Input, Output, RouteName } from '../../../contract/routes.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'

/** Which env a command line means: its name, the project given or the directory stood in. */
export function envRef(context: BerthContext, name: string, project: string | undefined) {
  return { name, ...(project === undefined ? {} : { project }), directory: context.directory }
}

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
export async function shellVariables(
  context: BerthContext,
  flags: CommonFlags,
  env: { name: string; project?: string; directory?: string },
) {
  const client = await context.client(flags.on)
  const { names } = await client.call('env.variables', { env })
  const values = names.map((name) => [name, context.env[name]] as const)
  return Object.fromEntries(values.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** What a missing env is made from: the directory stood in. */
export function creationSource(context: BerthContext) {
  return { source: { kind: 'directory' as const, directory: context.directory } }
}
