import { hasFixedHostPort } from '../envs/isolation/services.ts'
import type { ComposeModel, ComposeMount, ComposeService } from '../ports/compose-model.ts'
import type { ServicePlan } from './model.ts'

/** Label by which a project says itself how a service is replaced: `beside` or `in-place`. */
export const modeLabel = 'berth.deploy'

/**
 * How each service is replaced: beside the old one, unless two of it at once would share what only one may have.
 * `content`: sources of mounts that are the project's own files, the same for both. `ingress` takes the requests, so its
 * host ports are those of the machine's ingress.
 */
export function classifyServices(
  model: ComposeModel,
  { ingress, content }: { ingress: string | null; content: ReadonlySet<string> },
): ServicePlan[] {
  const reasons = new Map(
    Object.entries(model.services).map(([name, service]) => [name, reasonAgainst(service, name === ingress, content)]),
  )
  followJoined(model, reasons)
  return Object.keys(model.services).map((service) => {
    const reason = reasons.get(service) ?? null
    return { service, mode: reason === null ? 'beside' : 'in-place', reason }
  })
}

function reasonAgainst(service: ComposeService, isIngress: boolean, content: ReadonlySet<string>): string | null {
  const wish = service.labels?.[modeLabel]
  if (wish === 'beside') return null
  if (wish === 'in-place') return `the label ${modeLabel} says so`
  const volume = service.volumes?.find((mount) => isWritten(mount) && !content.has(mount.source ?? ''))
  if (volume) return `it writes to ${volume.source ?? volume.target}`
  if (service.network_mode === 'host') return "it has the machine's own network"
  const port = isIngress ? undefined : service.ports?.find(hasFixedHostPort)
  if (port) return `it publishes port ${port.published} of the machine`
  return null
}

/** A volume or directory of the machine that containers keep data in. */
function isWritten({ type, source, read_only: readOnly }: ComposeMount): boolean {
  if (readOnly || source === undefined) return false
  return type === 'volume' || (type === 'bind' && !source.endsWith('/docker.sock'))
}

/** Services that live in another's network or process space go where that one goes. */
function followJoined(model: ComposeModel, reasons: Map<string, string | null>): void {
  for (const [name, service] of Object.entries(model.services)) {
    for (const space of [service.network_mode, service.pid, service.ipc]) {
      const host = /^service:(.+)$/.exec(space ?? '')?.[1]
      if (host === undefined || (reasons.get(name) ?? null) !== null) continue
      if ((reasons.get(host) ?? null) !== null) reasons.set(name, `it lives within ${host}`)
    }
  }
}
