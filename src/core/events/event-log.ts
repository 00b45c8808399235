import type { EventStore, Journal } from '../ports.ts'
import type { BerthEvent, EventFilter, NewEvent } from './model.ts'
import { type Ending, eventsOf } from './of-operation.ts'

/** Where what happens is told, and heard of again. */
export interface EventLog {
  tell(event: NewEvent): Promise<void>
  /** Kept events that fit after number `after`, then, where wanted, those to come, until the signal aborts or the log is closed. */
  read(request: ReadEvents): AsyncIterable<BerthEvent>
  /** A journal whose endings are told, each kept together with the row it closes. */
  telling(journal: Journal): Journal
  /** Ends all reading. */
  close(): void
}

export interface ReadEvents {
  after: number
  filter: EventFilter
  follow: boolean
  signal: AbortSignal
}

/** How many events are read at once. */
const page = 500

/** The log over what is kept; `redact` takes the secrets out of what is told. */
export function createEventLog(store: EventStore, redact: <T>(value: T) => T): EventLog {
  const closed = new AbortController()
  const changes = countChanges()
  const clean = (events: readonly NewEvent[]) => events.map((event) => redact(event))
  return {
    async tell(event) {
      await store.add(clean([event]))
      changes.note()
    },
    read: (request) => {
      const signal = AbortSignal.any([request.signal, closed.signal])
      return readOn(store, { ...request, signal }, changes)
    },
    telling: (journal) => tellEndings(journal, { clean, add: (events) => store.add(events), wake: changes.note }),
    close: () => closed.abort(),
  }
}

interface Changes {
  count(): number
  note: () => void
  /** Resolves with the next change, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>
}

function countChanges(): Changes {
  const waiting = new Set<() => void>()
  let count = 0
  return {
    count: () => count,
    note() {
      count++
      for (const resolve of waiting) resolve()
    },
    async next(signal) {
      if (signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const done = () => resolve()
      waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
      await promise
      waiting.delete(done)
      signal.removeEventListener('abort', done)
    },
  }
}

/** What is kept while it reads is counted, and read at the next turn: nothing is missed, and nothing told twice. */
async function* readOn(
  store: EventStore,
  { after, filter, follow, signal }: ReadEvents,
  changes: Changes,
): AsyncGenerator<BerthEvent> {
  for (let last = after; !signal.aborted; ) {
    const seen = changes.count()
    const events = await store.after(last, filter, page)
    for (const event of events) {
      if (signal.aborted) return
      yield event
      last = event.id
    }
    if (events.length === page) continue
    if (!follow) return
    if (changes.count() === seen) await changes.next(signal)
  }
}

interface Telling {
  clean: (events: readonly NewEvent[]) => NewEvent[]
  add: (events: readonly NewEvent[]) => Promise<void>
  wake: () => void
}

function tellEndings(journal: Journal, { clean, add, wake }: Telling): Journal {
  const told = async (id: string, ending: Ending, error?: unknown) => {
    const operation = (await journal.open()).find((one) => one.id === id)
    return operation ? clean(eventsOf(operation, ending, error)) : []
  }
  return {
    ...journal,
    async postpone(id, error) {
      const events = await told(id, 'postponed', error)
      await journal.postpone(id, error)
      await add(events)
      wake()
    },
    async end(id, state, error, more = []) {
      const events = [...(await told(id, state, error)), ...clean(more)]
      await journal.end(id, state, error, events)
      wake()
    },
  }
}
