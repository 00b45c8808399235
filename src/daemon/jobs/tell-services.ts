import type { EnvDeps } from '../../core/envs/deps.ts'
import { toAppError } from '../../core/errors.ts'
import type { EventLog } from '../../core/events/event-log.ts'
import { type ContainerPast, containerEvent } from '../../core/events/of-container.ts'
import { labels } from '../../core/labels.ts'
import type { EngineEvent } from '../../core/ports.ts'

interface TellDeps extends Pick<EnvDeps, 'store' | 'homeId'> {
  events: Pick<EventLog, 'tell'>
  log: (message: string) => void
}

/** Tells what happens to services as events; takes what the engine says, in order. */
export function tellServices(deps: TellDeps): (event: EngineEvent) => void {
  const signalled = new Map<string, ContainerPast['signalled']>()
  const unhealthy = new Set<string>()
  const hear = async (event: EngineEvent) => {
    const { id, action } = event
    const busy = await isBusy(deps, event.attributes[labels.env])
    if (action === 'kill') signalled.set(id, busy ? 'by-berth' : (signalled.get(id) ?? 'by-other'))
    const told = containerEvent(event, { signalled: signalled.get(id), unhealthy: unhealthy.has(id), busy })
    if (told) await deps.events.tell(told)
    if (action === 'health_status: unhealthy') unhealthy.add(id)
    if (action === 'health_status: healthy' || action === 'die') unhealthy.delete(id)
    // a signal that did not end it (SIGHUP to reload) says nothing of a later end; the next start begins anew
    if (action === 'die' || action === 'start') signalled.delete(id)
  }
  // one after another: whether an operation is under way is asked when its signal comes, not when the container has ended
  let turn = Promise.resolve()
  return (event) => {
    if (event.type !== 'container' || event.attributes[labels.home] !== deps.homeId || !heard.has(event.action)) return
    turn = turn
      .then(() => hear(event))
      .catch((error: unknown) => deps.log(`an event could not be told: ${toAppError(error).message}`))
  }
}

const heard = new Set(['kill', 'die', 'oom', 'start', 'health_status: unhealthy', 'health_status: healthy'])

async function isBusy({ store }: TellDeps, envId: string | undefined): Promise<boolean> {
  return (await store.journal.open()).some((operation) => operation.envId === envId)
}
