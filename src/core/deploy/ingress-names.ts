import { composeLabels, labels } from '../labels.ts'
import type { ContainerEngine, EngineContainer } from '../ports.ts'

/** Compose project of the first proxy of a home; each other one has a project of its own, named after its service. */
export const ingressProject = (homeId: string, service = 'proxy') =>
  service === 'proxy' ? `berth-ingress-${homeId}` : `berth-ingress-${homeId}-${service}`

/** Engine's name of the network that the ingress and what it sends requests to are in. */
export const ingressNetworkName = (homeId: string) => `berth-ingress-${homeId}`

/** Which proxy something of the engine with these labels is; undefined for what is no proxy of this home. */
export function proxyOf(homeId: string, labelled: Readonly<Record<string, string>>): string | undefined {
  const service = labelled[composeLabels.service] ?? ''
  return labelled[composeLabels.project] === ingressProject(homeId, service) ? service : undefined
}

/** Containers of the proxies, by the service each is of. */
export async function proxyContainers({
  engine,
  homeId,
}: {
  engine: ContainerEngine
  homeId: string
}): Promise<(EngineContainer & { service: string })[]> {
  const found = await engine.containers([`${labels.appHome}=${homeId}`])
  return found.flatMap((one) => {
    const service = proxyOf(homeId, one.labels)
    return service === undefined ? [] : [{ ...one, service }]
  })
}
