import { AppError, toAppError } from '../../core/errors.ts'
import type { OperationEvent } from '../../core/operations/model.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { Clock } from '../../core/ports.ts'

/**
 * One message of an operation's stream; the last one is its result or error. The numbers grow by one, and those of an
 * operation that was cut off and is taken up again by a later daemon are all larger than before.
 */
export type OperationMessage = { id: number } & (
  | { kind: 'progress'; event: OperationEvent }
  | { kind: 'result'; value: unknown }
  | { kind: 'error'; error: AppError }
)

/** Operations under way and the last ended ones, so that a caller can follow one again after a lost connection. */
export interface OperationRegistry {
  /** Starts the work under an id; it goes on whoever listens. Where an operation of that id is known, that one is left alone. */
  start(id: string, work: (scope: OperationScope) => Promise<unknown>, by?: string): void
  /** Takes an operation up again that was cut off; harmless while it runs. */
  resume(id: string, work: (scope: OperationScope) => Promise<unknown>, by?: string): void
  /** Whether an operation is under way, or the one it is a part of (`<id>-create`). */
  isRunning(id: string): boolean
  /** Resolves when an operation is not under way any more, however it ended. */
  ended(id: string): Promise<void>
  /**
   * Messages after number `after`, ending with the result or error. Throws OPERATION_NOT_FOUND, also where it was started
   * by somebody else; the owner may follow and cancel any.
   */
  follow(id: string, after: number, by?: string): AsyncIterable<OperationMessage>
  cancel(id: string, by?: string): void
  running(): number
  /** Calls back after every operation, however it ended. */
  onEnd(listener: () => void): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** Who the daemon itself works for. */
const owner = 'owner'

/** How many ended operations can still be followed. */
const remembered = 200

interface Entry {
  /** Who started it: the owner, or a token's id. */
  by: string
  /** Number of the message before the first. */
  base: number
  messages: OperationMessage[]
  controller: AbortController
  ended: boolean
  changed: PromiseWithResolvers<void>
}

/** An empty registry. */
export function createOperationRegistry({ clock }: { clock: Pick<Clock, 'now'> }): OperationRegistry {
  const entries = new Map<string, Entry>()
  const live = new Map<string, Promise<void>>()
  const listeners: (() => void)[] = []
  const find = (id: string, by: string) => {
    const entry = entries.get(id)
    if (!entry || (by !== owner && entry.by !== by))
      throw new AppError('OPERATION_NOT_FOUND', `no operation ${id} is known to this daemon`)
    return entry
  }
  const begin = (id: string, work: (scope: OperationScope) => Promise<unknown>, by = entries.get(id)?.by ?? owner) => {
    const entry = newEntry(clock.now(), by)
    entries.set(id, entry)
    forgetOldest(entries)
    const running = perform(id, entry, work).finally(() => {
      if (live.get(id) === running) live.delete(id)
      for (const listener of listeners) listener()
    })
    live.set(id, running)
  }
  return {
    start(id, work, by) {
      if (!entries.has(id)) begin(id, work, by)
    },
    resume(id, work, by) {
      if (entries.get(id)?.ended !== false) begin(id, work, by)
    },
    isRunning: (id) => [...live.keys()].some((one) => id === one || id.startsWith(`${one}-`)),
    ended: async (id) => live.get(id),
    follow: (id, after, by = owner) => messagesOf(find(id, by), after),
    cancel: (id, by = owner) =>
      find(id, by).controller.abort(new AppError('INTERRUPTED', 'the operation was cancelled')),
    running: () => live.size,
    onEnd: (listener) => void listeners.push(listener),
    async idle() {
      while (live.size > 0) await Promise.allSettled(live.values())
    },
  }
}

function newEntry(now: Date, by: string): Entry {
  return {
    by,
    // no operation tells a thousand things a millisecond: what a later daemon numbers is larger
    base: now.getTime() * 1000,
    messages: [],
    controller: new AbortController(),
    ended: false,
    changed: Promise.withResolvers(),
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
  entry.messages.push({ id: entry.base + entry.messages.length + 1, ...message })
  entry.changed.resolve()
  entry.changed = Promise.withResolvers()
}

async function* messagesOf(entry: Entry, after: number): AsyncGenerator<OperationMessage> {
  for (let next = Math.max(0, after - entry.base); ; ) {
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
