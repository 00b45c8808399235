import { AppError, toAppError } from '../../core/errors.ts'
import type { OperationEvent } from '../../core/operations/model.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { Ids } from '../../core/ports.ts'

/** One message of an operation's stream: numbered from 1, the last one is its result or error. */
export type OperationMessage = { id: number } & (
  | { kind: 'progress'; event: OperationEvent }
  | { kind: 'result'; value: unknown }
  | { kind: 'error'; error: AppError }
)

/** Operations under way and the last ended ones, so that a caller can follow one again after a lost connection. */
export interface OperationRegistry {
  /** Starts the work; it goes on whoever listens. Returns its id. */
  start(work: (scope: OperationScope) => Promise<unknown>): string
  /** Messages after number `after`, ending with the result or error. Throws OPERATION_NOT_FOUND. */
  follow(id: string, after: number): AsyncIterable<OperationMessage>
  cancel(id: string): void
  running(): number
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** How many ended operations can still be followed. */
const remembered = 200

interface Entry {
  messages: OperationMessage[]
  controller: AbortController
  ended: boolean
  changed: PromiseWithResolvers<void>
}

/** An empty registry. */
export function createOperationRegistry({ ids }: { ids: Ids }): OperationRegistry {
  const entries = new Map<string, Entry>()
  const live = new Set<Promise<void>>()
  const find = (id: string) => {
    const entry = entries.get(id)
    if (!entry) throw new AppError('OPERATION_NOT_FOUND', `no operation ${id} is known to this daemon`)
    return entry
  }
  return {
    start(work) {
      const id = ids.short(10)
      const entry: Entry = {
        messages: [],
        controller: new AbortController(),
        ended: false,
        changed: Promise.withResolvers(),
      }
      entries.set(id, entry)
      forgetOldest(entries)
      const running = perform(id, entry, work).finally(() => live.delete(running))
      live.add(running)
      return id
    },
    follow: (id, after) => messagesOf(find(id), after),
    cancel: (id) => find(id).controller.abort(new AppError('INTERRUPTED', 'the operation was cancelled')),
    running: () => live.size,
    async idle() {
      while (live.size > 0) await Promise.allSettled(live)
    },
  }
}

async function perform(id: string, entry: Entry, work: (scope: OperationScope) => Promise<unknown>): Promise<void> {
  const emit = (event: OperationEvent) => append(entry, { kind: 'progress', event })
  emit({ type: 'started', operation: id })
  try {
    const value = await work({ id, emit, signal: entry.controller.signal })
    entry.ended = true
    append(entry, { kind: 'result', value })
  } catch (error) {
    entry.ended = true
    append(entry, { kind: 'error', error: toAppError(error) })
  }
}

type Unnumbered = OperationMessage extends infer M ? (M extends OperationMessage ? Omit<M, 'id'> : never) : never

function append(entry: Entry, message: Unnumbered): void {
  entry.messages.push({ id: entry.messages.length + 1, ...message })
  entry.changed.resolve()
  entry.changed = Promise.withResolvers()
}

async function* messagesOf(entry: Entry, after: number): AsyncGenerator<OperationMessage> {
  for (let next = after; ; ) {
    const { changed } = entry
    while (next < entry.messages.length) {
      const message = entry.messages[next++]
      if (message) yield message
    }
    if (entry.ended && next >= entry.messages.length) return
    if (next >= entry.messages.length) await changed.promise
  }
}

function forgetOldest(entries: Map<string, Entry>): void {
  for (const [id, entry] of entries) {
    if (entries.size <= remembered) return
    if (entry.ended) entries.delete(id)
  }
}
