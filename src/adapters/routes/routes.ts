import { readFile } from 'node:fs/promises'
import type { Host } from '../../core/ports.ts'

/** The kernel's own list of all its IPv4 routes, of every table: there at once, where a program takes 10 ms of each create. */
const kernelTables = '/proc/net/fib_trie'

/** Networks this machine routes to, as CIDR; empty where there is neither the kernel's list nor an `ip` program (macOS). */
export async function readRoutes(host: Host): Promise<string[]> {
  const listed = await readFile(kernelTables, 'utf8').catch(() => null) // no Linux, or no /proc
  if (listed !== null && listed !== '') return parseTables(listed)
  return readRoutesBeside(host, [])
}

/** The same but for networks behind these interfaces, which the kernel's list does not name. */
export async function readRoutesBeside(host: Host, devices: readonly string[]): Promise<string[]> {
  try {
    const { stdout, exitCode } = await host.run(['ip', '-json', '-4', 'route', 'show', 'table', 'all'])
    return exitCode === 0 ? parseRoutes(stdout, devices) : []
  } catch {
    // Without iproute2 the engine's own refusal of an overlapping network is what remains; `up` then moves the block.
    return []
  }
}

/** A leaf is an address, `|-- 172.17.0.0`, with a line for each of its routes below it: `/16 link UNICAST`. */
const leaf = /^\s*(?:\|-- (?<address>[\d.]+)|\/(?<bits>\d+) \S+ (?<type>\S+).*)$/

/** Destinations in the kernel's list: networks only, without the default route, loopback and single addresses. */
export function parseTables(text: string): string[] {
  const networks = new Set<string>()
  let address = ''
  for (const line of text.split('\n')) {
    const { address: next, bits, type } = leaf.exec(line)?.groups ?? {}
    if (next !== undefined) address = next
    else if (type === 'UNICAST' && bits !== '0' && bits !== '32') networks.add(`${address}/${bits}`)
  }
  return [...networks]
}

/** The same of `ip -json route`, but for networks behind these interfaces. */
export function parseRoutes(json: string, beside: readonly string[] = []): string[] {
  const routes = JSON.parse(json || '[]') as { dst?: string; type?: string; dev?: string }[]
  return routes
    .filter(({ dev }) => dev === undefined || !beside.includes(dev))
    .filter(({ dst, type }) => dst !== undefined && dst.includes('/') && (type === undefined || type === 'unicast'))
    .map(({ dst }) => dst ?? '')
}
