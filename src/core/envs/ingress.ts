import type { IsolatedService } from './isolate.ts'

const usual = ['nginx', 'web', 'app', 'frontend']

/**
 * The service an env's own name leads to: the one berth.toml names, else the one labelled `berth.ingress`, else the
 * first of nginx, web, app, frontend, else the only one that publishes a port. null where nothing says which.
 */
export function chooseIngress(services: readonly IsolatedService[], configured: string | null): string | null {
  const named = (name: string) => services.find(({ service }) => service === name)?.service
  if (configured !== null && named(configured) !== undefined) return configured
  const labelled = services.find(
    ({ labels }) => labels['berth.ingress'] !== undefined && labels['berth.ingress'] !== 'false',
  )
  if (labelled) return labelled.service
  const common = usual.map(named).find((name) => name !== undefined)
  if (common !== undefined) return common
  const publishing = services.filter(({ publishes, ports }) => publishes && ports.length > 0)
  return publishing.length === 1 ? (publishing[0]?.service ?? null) : null
}
