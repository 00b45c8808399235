import type { EngineContainer } from '../ports.ts'

/** Where these containers are reached, among all of their env: some are in the networks of another one. */
export function addressesOf(
  containers: readonly EngineContainer[],
  all: readonly EngineContainer[],
): { ipv4: string[]; ipv6: string[] } {
  const addresses = containers.flatMap(({ networks, networkOf }) => {
    const owner = networkOf === null ? undefined : all.find(({ id }) => id === networkOf)
    return Object.values(owner?.networks ?? networks)
  })
  const isThere = (address: string) => address !== ''
  return {
    ipv4: addresses.map(({ ipv4 }) => ipv4).filter(isThere),
    ipv6: addresses.map(({ ipv6 }) => ipv6).filter(isThere),
  }
}
