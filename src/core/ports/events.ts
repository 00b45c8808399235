import type { BerthEvent, EventFilter, NewEvent } from '../events/model.ts'

/** Events as they are kept: the newest ten thousand. */
export interface EventStore {
  /** Keeps events, in this order, with the time of now; all or none. */
  add(events: readonly NewEvent[]): Promise<void>
  /** Those that fit with a larger id than `after`, the oldest first. */
  after(after: number, filter: EventFilter, limit: number): Promise<BerthEvent[]>
  /** The id after which the last `tail` that fit begin, and none older than `since` (ISO 8601, UTC). */
  startOf(filter: EventFilter, part: { tail?: number | undefined; since?: string | undefined }): Promise<number>
  /** Removes all events of a context. */
  forget(context: string): Promise<void>
  /** Ids of the oldest and the newest event kept; 0 where there never was one. */
  kept(): Promise<{ oldest: number; newest: number }>
}
