import type { Input, Output } from '../../../contract/routes.ts'
import type { BerthContext } from '../../context.ts'

type Route = 'project.pull' | 'project.merge'

/** Has an env's work come from the machine it is done on into the repository here. */
export async function bringFrom<R extends Route>(
  { away, ...context }: BerthContext,
  route: R,
  request: Pick<Input<R>, 'env' | 'branch' | 'message'>,
): Promise<Output<R>> {
  const client = await context.client()
  const machine = away?.machine ?? 'local'
  const progress = context.ui.progress(`bring the work from ${machine}`)
  const input: Input<Route> = { ...request, machine, directory: context.directory, context: away?.context }
  try {
    return (await client.run<Route>(route, input, { onEvent: progress.onEvent, signal: context.signal })) as Output<R>
  } finally {
    progress.end()
  }
}
