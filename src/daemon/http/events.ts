import { sse } from '../../contract/wire.ts'
import { grantOf, sees } from '../../core/access/grants.ts'
import type { Caller } from '../../core/access/model.ts'
import { splitQualifiedName } from '../../core/envs/name.ts'
import type { BerthEvent } from '../../core/events/model.ts'
import { type EventReading, readEvents } from '../../core/events/read-events.ts'
import type { Clock } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { serverComment, serverEvent } from '../streams/server-event.ts'
import type { Handlers } from './app.ts'

/** How often a quiet feed says that it is still there, ms: a connection that broke is noticed by whoever waits on it. */
const pulse = 15_000

/** The feed of events. */
export function eventHandlers(deps: DaemonDeps): Pick<Handlers, 'event.feed'> {
  return {
    'event.feed': async (input, signal, { caller }) => {
      const { start, events } = await readEvents(deps, input, signal)
      const shown = { start, events: shownTo(caller, events) }
      return encode(deps.clock, shown, { follow: input.follow, signal })
    },
  }
}

/** What is about projects the caller has a part in; all of it for who has a part in all. */
async function* shownTo(caller: Caller, events: AsyncIterable<BerthEvent>): AsyncGenerator<BerthEvent> {
  for await (const event of events) {
    const project = splitQualifiedName(event.subject)?.project
    const isForAll = grantOf(caller).projects === null || event.type === 'events.forgotten'
    if (isForAll || (project !== undefined && sees(caller, project))) yield event
  }
}

/** A feed that is not followed says that there is no more to tell; one that ends without was cut off, and is gone on with. */
async function* encode(
  clock: Clock,
  { start, events }: EventReading,
  { follow, signal }: { follow: boolean; signal: AbortSignal },
): AsyncGenerator<string> {
  yield serverEvent({ id: start, event: sse.begin, data: {} })
  const iterator = events[Symbol.asyncIterator]()
  for (let next = iterator.next(); ; ) {
    const result = await orPulse(clock, next, signal)
    if (result === undefined) yield serverComment('still here')
    else if (result.done) break
    else {
      yield serverEvent({ id: result.value.id, event: sse.item, data: result.value })
      next = iterator.next()
    }
  }
  if (!follow) yield serverEvent({ id: 0, event: sse.end, data: {} })
}

/** What comes first: the next event, or (undefined) the time to say something. */
async function orPulse<T>(clock: Clock, next: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const settled = new AbortController()
  const waited = clock.wait(pulse, AbortSignal.any([signal, settled.signal])).then(
    () => undefined,
    () => next,
  )
  try {
    return await Promise.race([next, waited])
  } finally {
    settled.abort()
  }
}
