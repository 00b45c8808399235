import { movePool } from '../../core/envs/move-pool.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of the tunnels others have to this machine → the end they call. */
export function tunnelHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `tunnel.${string}`>> {
  const { tunnelHost, tailnetHost, readSettings, paths } = deps
  const isPoolWritten = async () => (await readSettings(paths.home)).file.values.has('network.pool')
  return {
    'tunnel.accept': (request) => tunnelHost.accept(request),
    'tunnel.leave': async ({ publicKey }) => {
      await tunnelHost.leave(publicKey)
      return {}
    },
    'tunnel.networks': async () => ({ networks: await tunnelHost.networks() }),
    'tunnel.advertise': (request) => tailnetHost.advertise(request),
    'tunnel.withdraw': async ({ peer }) => {
      await tailnetHost.withdraw(peer)
      return {}
    },
    'tunnel.node': async () => ({ node: await tailnetHost.node() }),
    'tunnel.pool': (request) => movePool({ ...deps, isPoolWritten }, request),
  }
}
