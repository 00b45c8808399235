import { forwardChain, restoring, rulesMarked } from '../../lib/iptables.ts'

/** Addresses that Tailscale gives to the nodes of a tailnet. */
const tailnetAddresses = '100.64.0.0/10'

/**
 * What `iptables-restore --noflush` is to do, for what comes from the tailnet's interface to reach these networks. Tailscale has rules of
 * its own for that, and judges by the tailnet's policy what gets so far; but Docker's come first, and drop what they do not know.
 * With no interface ours go. '' where nothing is to be done.
 */
export function firewallFor(
  device: string | null,
  networks: readonly string[],
  { saved, mark }: { saved: string; mark: string },
): string {
  const old = rulesMarked(saved, mark)
  const wanted = device === null ? [] : networks
  const forward = forwardChain(saved)
  const comment = `-m comment --comment ${mark}`
  const filter = wanted.flatMap((network) => [
    `-I ${forward} 1 -i ${device} -d ${network} ${comment} -j ACCEPT`,
    `-I ${forward} 1 -o ${device} -s ${network} -m conntrack --ctstate RELATED,ESTABLISHED ${comment} -j ACCEPT`,
  ])
  // A container answers to its own bridge, also one on an internal network that has no way out. The newest Docker drops
  // what comes to a container past its bridge before any other table sees it.
  const nat = wanted.map((network) => `-A POSTROUTING -s ${tailnetAddresses} -d ${network} ${comment} -j MASQUERADE`)
  const raw = wanted.map((network) => `-I PREROUTING 1 -i ${device} -d ${network} ${comment} -j ACCEPT`)
  return restoring({
    filter: [...old.filter, ...filter],
    nat: [...old.nat, ...nat],
    raw: [...old.raw, ...raw],
  })
}
