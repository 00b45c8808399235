import type { LogBatch } from '../ports/engine.ts'
import type { LogMessage, LogPause } from './model.ts'

/** One log on its way into the merged one. */
export interface LogLane {
  source: number
  pieces: AsyncIterator<LogBatch | LogPause>
  /**
   * Time of the newest entry there was when the reading began: until that one is merged, or the log pauses, the others
   * wait for this lane.
   */
  historyEnd: string | undefined
}

/** The `historyEnd` of a log the others wait for to its end: later than any time. */
export const untilItEnds = '~'

/** A merge that lanes may join while it runs. It ends when it is closed and all lanes have ended. */
export interface LogMerge {
  add(lane: LogLane): void
  /** No lane will join any more. */
  close(): void
  messages(): AsyncGenerator<LogMessage>
}

interface Cursor {
  lane: LogLane
  piece: LogBatch | LogPause | undefined
  /** Entries of the piece that are merged already. */
  at: number
  reading: boolean
}

/**
 * Merges logs: what was written before the reading began in the order of its times, later entries as they come. Holds
 * one batch a lane, so that a slow reader makes the engine wait and nothing piles up.
 */
export function createLogMerge(): LogMerge {
  const cursors = new Set<Cursor>()
  const state: MergeState = { closed: false, failure: undefined, changed: Promise.withResolvers() }
  return {
    add(lane) {
      cursors.add({ lane, piece: undefined, at: 0, reading: false })
      wake(state)
    },
    close() {
      state.closed = true
      wake(state)
    },
    async *messages() {
      for (;;) {
        const { promise } = state.changed
        for (const cursor of cursors) if (!cursor.piece && !cursor.reading) void read(cursors, cursor, state)
        if (state.failure) throw state.failure.error
        const message = nextMessage(cursors)
        if (message) yield message
        else if (state.closed && cursors.size === 0) return
        else await promise
      }
    },
  }
}

interface MergeState {
  closed: boolean
  failure: { error: unknown } | undefined
  changed: PromiseWithResolvers<void>
}

function wake(state: MergeState): void {
  state.changed.resolve()
  state.changed = Promise.withResolvers()
}

/** Fetches a cursor's next piece; a log that ended leaves the merge. */
async function read(cursors: Set<Cursor>, cursor: Cursor, state: MergeState): Promise<void> {
  cursor.reading = true
  try {
    const { value, done } = await cursor.lane.pieces.next()
    if (done) cursors.delete(cursor)
    else Object.assign(cursor, { piece: value, at: 0 })
  } catch (error) {
    state.failure = { error }
  }
  cursor.reading = false
  wake(state)
}

/** What comes next, or undefined while a lane that must be heard first has nothing. */
function nextMessage(cursors: ReadonlySet<Cursor>): LogMessage | undefined {
  let first: { cursor: Cursor; batch: LogBatch; time: string } | undefined
  let second: string | undefined
  for (const cursor of cursors) {
    const { piece, lane } = cursor
    if (piece && !('entries' in piece)) return takePause(cursor, piece)
    if (!piece && lane.historyEnd !== undefined) return undefined
    if (!piece) continue
    const time = piece.entries[cursor.at]?.time ?? ''
    if (!first || time < first.time) {
      second = first?.time
      first = { cursor, batch: piece, time }
    } else if (second === undefined || time < second) second = time
  }
  return first && takeEntries(first.cursor, first.batch, second)
}

function takePause(cursor: Cursor, { reason }: LogPause): LogMessage {
  const { lane } = cursor
  cursor.piece = undefined
  if (lane.historyEnd !== untilItEnds) lane.historyEnd = undefined
  return { type: 'pause', source: lane.source, reason }
}

/** Takes the entries up to a time off a cursor's batch, at least one. */
function takeEntries(cursor: Cursor, batch: LogBatch, limit = untilItEnds): LogMessage {
  const { at: from, lane } = cursor
  const { entries } = batch
  const timeAt = (at: number) => entries[at]?.time ?? ''
  let to = from + 1
  while (to < entries.length && timeAt(to) <= limit) to++
  if (lane.historyEnd !== undefined && timeAt(to - 1) >= lane.historyEnd) lane.historyEnd = undefined
  if (to === entries.length) cursor.piece = undefined
  else cursor.at = to
  return { type: 'run', source: lane.source, batch, from, to }
}
