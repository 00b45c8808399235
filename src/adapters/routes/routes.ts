import type { Host } from '../../core/ports.ts'

/** Networks this machine routes to, as CIDR; empty where there is no `ip` program (macOS) to ask. */
export async function readRoutes(host: Host): Promise<string[]> {
  try {
    const { stdout, exitCode } = await host.run(['ip', '-json', '-4', 'route', 'show', 'table', 'all'])
    return exitCode === 0 ? parseRoutes(stdout) : []
  } catch {
    // Without iproute2 the engine's own refusal of an overlapping network is what remains; `up` then moves the block.
    return []
  }
}

/** Destinations of `ip -json route`: networks only, without the default route, loopback and single addresses. */
export function parseRoutes(json: string): string[] {
  const routes = JSON.parse(json || '[]') as { dst?: string; type?: string }[]
  return routes
    .filter(({ dst, type }) => dst !== undefined && dst.includes('/') && (type === undefined || type === 'unicast'))
    .map(({ dst }) => dst ?? '')
}
