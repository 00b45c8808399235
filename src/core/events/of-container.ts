import { composeLabels, labels } from '../labels.ts'
import type { EngineEvent } from '../ports.ts'
import type { NewEvent } from './model.ts'

/** What is known of a container's past when something happens to it. */
export interface ContainerPast {
  /** It was sent a signal: by an operation of Berth's, or by somebody else. */
  signalled: 'by-berth' | 'by-other' | undefined
  /** Its healthcheck failed when last heard of. */
  unhealthy: boolean
  /** Whether an operation works on its env now. */
  busy: boolean
}

/** The event that something which happened to a container of an env is told as, if any. */
export function containerEvent(event: EngineEvent, past: ContainerPast): NewEvent | undefined {
  const service = serviceOf(event)
  if (service === undefined) return undefined
  const { subject, ...who } = service
  const tell = (type: NewEvent['type'], more: object = {}): NewEvent => ({ type, subject, data: { ...who, ...more } })
  if (event.action === 'die') return endOf(event, past, tell)
  if (event.action === 'oom') return tell('service.out-of-memory')
  if (event.action === 'start') return past.busy ? undefined : tell('service.started')
  // a check that fails because the container is being stopped says nothing
  if (event.action === 'health_status: unhealthy')
    return past.unhealthy || past.signalled ? undefined : tell('service.unhealthy')
  if (event.action === 'health_status: healthy') return past.unhealthy ? tell('service.recovered') : undefined
  return undefined
}

type Tell = (type: NewEvent['type'], more?: object) => NewEvent

/** What Berth itself stops is part of what its operation tells. */
function endOf({ attributes }: EngineEvent, { signalled }: ContainerPast, tell: Tell): NewEvent | undefined {
  const exitCode = Number(attributes['exitCode'] ?? 0)
  if (signalled === 'by-berth') return undefined
  if (signalled === 'by-other') return tell('service.stopped', { exitCode })
  return tell(exitCode === 0 ? 'service.ended' : 'service.died', { exitCode })
}

/** The service of an env a container belongs to; undefined for others, and for those of `compose run`. */
function serviceOf({ type, attributes }: EngineEvent) {
  const [project, name] = [attributes[labels.project], attributes[labels.name]]
  const service = attributes[composeLabels.service]
  if (type !== 'container' || attributes[composeLabels.oneOff] === 'True') return undefined
  if (project === undefined || name === undefined || service === undefined) return undefined
  return { subject: `${project}/${name}`, service, container: attributes['name'] ?? '' }
}
