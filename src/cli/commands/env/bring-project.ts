import type { Output } from '../../../contract/routes.ts'
import { listFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'

/** The flag of every command that may make an env elsewhere. */
export const sendFlag = listFlag('with --on: also send these files that git ignores, or that look secret', 'pattern')

/** Where the project lies on the machine it is done on, and where here. */
type BroughtProject = Pick<Output<'project.sync'>, 'directory' | 'source'>

/**
 * Brings the project stood in to the machine it is done on. Who is there by a token alone brings nothing: what the token is
 * for is there already, and berthd takes that whatever directory is named.
 */
export async function bringProject(
  { away, ...context }: BerthContext,
  { send = [] }: { send?: readonly string[] },
): Promise<BroughtProject> {
  const { directory } = context
  if (away !== undefined && (await context.client(away.machine, away.context)).byToken)
    return { directory, source: directory }
  const client = await context.client()
  const machine = away?.machine ?? 'local'
  const progress = context.ui.progress(`bring the project to ${machine}`)
  try {
    const input = { machine, directory, send: [...send], context: away?.context }
    return await client.run('project.sync', input, { onEvent: progress.onEvent, signal: context.signal })
  } finally {
    progress.end()
  }
}
