import type { TunnelDevice } from '../../core/ports/tunnels.ts'
import { forwardChain, restoring, rulesMarked } from '../../lib/iptables.ts'

/** The chain that judges what comes out of an interface, and the comment on every rule that leads to it. */
export const chainOf = (device: string) => `BERTH-${device}`

/** Every rule of ours carries it, so that it is found again whatever else the machine's rules have become. */
const comment = (device: string) => `-m comment --comment ${chainOf(device)}`

const answers = '-m conntrack --ctstate RELATED,ESTABLISHED'

/**
 * What `iptables-restore --noflush` is to do for this interface: each table as a whole, or not at all. `saved` are the
 * rules there are (`iptables-save`): ours among them are written anew, everybody else's stay as they are.
 */
export function firewallFor({ name, admits }: TunnelDevice, saved: string): string {
  const chain = chainOf(name)
  const old = rulesMarked(saved, chain)
  const forward = forwardChain(saved)
  const admitted = (admits?.networks ?? []).map((network) => `-A ${chain} -d ${network} -j ACCEPT`)
  const echo = admits === null ? [] : [`-A ${chain} -p udp -m udp --dport ${admits.echoPort} -j ACCEPT`]
  const filter = [
    // naming a chain makes it, or empties it
    `:${chain} - [0:0]`,
    ...old.filter,
    `-A ${chain} ${answers} -j ACCEPT`,
    ...admitted,
    ...echo,
    `-A ${chain} -j DROP`,
    `-I INPUT 1 -i ${name} ${comment(name)} -j ${chain}`,
    `-I ${forward} 1 -i ${name} ${comment(name)} -j ${chain}`,
    ...(admits === null ? [] : [`-I ${forward} 1 -o ${name} ${answers} ${comment(name)} -j ACCEPT`]),
  ]
  // A container answers to its own bridge, also one on an internal network that has no way out. The newest Docker drops
  // what comes to a container past its bridge before any other table sees it.
  const nat = admits === null ? [] : [`-A POSTROUTING -s ${admits.from} ! -o ${name} ${comment(name)} -j MASQUERADE`]
  const raw = admits === null ? [] : [`-I PREROUTING 1 -i ${name} ${comment(name)} -j ACCEPT`]
  return restoring({ filter, nat: [...old.nat, ...nat], raw: [...old.raw, ...raw] })
}

/** What takes all of an interface's rules away; empty where there are none. */
export function firewallWithout(name: string, saved: string): string {
  const chain = chainOf(name)
  const { filter, ...others } = rulesMarked(saved, chain)
  const own = saved.includes(`\n:${chain} `) ? [`-F ${chain}`, ...filter, `-X ${chain}`] : filter
  return restoring({ filter: own, ...others })
}
