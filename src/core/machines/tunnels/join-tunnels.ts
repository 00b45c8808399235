import type { Tunnels } from './keep-tunnels.ts'
import { overSsh } from './model.ts'

/** Each machine's tunnel, by the kind that was asked for. */
export function joinTunnels(kinds: { wireguard: Tunnels; tailscale: Tunnels }): Tunnels {
  const all = Object.values(kinds)
  const kindOf = ({ tunnel }: { tunnel: 'ssh' | keyof typeof kinds }) => (tunnel === 'ssh' ? undefined : kinds[tunnel])
  return {
    reach: (machine) => kindOf(machine)?.reach(machine) ?? overSsh,
    check: async (tunnel) => kinds[tunnel].check(tunnel),
    settle: async (machine) => (await kindOf(machine)?.settle(machine)) ?? overSsh,
    drop: async (machine) => kindOf(machine)?.drop(machine),
    keep: async (signal) => void (await Promise.all(all.map((one) => one.keep(signal)))),
    end: async () => void (await Promise.all(all.map((one) => one.end()))),
  }
}
