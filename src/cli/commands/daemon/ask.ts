import { berthHome } from '../../../contract/home.ts'
import type { Input, Output } from '../../../contract/routes.ts'
import type { BerthContext } from '../../context.ts'

/** What a daemon that may not be there answers; undefined without one. Starts none. `on`: another machine's. */
export async function askDaemon<N extends 'daemon.status' | 'daemon.stop'>(
  context: BerthContext,
  name: N,
  input: Input<N>,
  on: string | undefined,
): Promise<Output<N> | undefined> {
  if (on !== undefined && on !== 'local') return (await context.client(on)).call(name, input)
  const { askRunning } = await import('../../../client/local.ts')
  return askRunning(berthHome(context.env), name, input)
}
