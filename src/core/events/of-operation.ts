import type { OperationRecord } from '../ports.ts'
import type { EventType, NewEvent } from './model.ts'

/** What an operation that is done is told as; those of other kinds tell their own events. */
const whenDone: Readonly<Record<string, EventType>> = {
  'env.create': 'env.created',
  'env.up': 'env.up',
  'env.down': 'env.down',
  'env.restart': 'env.restarted',
  'env.destroy': 'env.destroyed',
  'deploy.run': 'deploy.live',
  'app.remove': 'app.removed',
}

/** What was asked that belongs to the event. */
const told: Readonly<Record<string, readonly string[]>> = {
  'env.up': ['services'],
  'env.down': ['volumes'],
  'env.destroy': ['keepWorkspace'],
  'deploy.run': ['release', 'deployment'],
  'app.remove': ['volumes'],
}

/** How an operation left off. */
export type Ending = 'done' | 'failed' | 'undone' | 'postponed'

/** The events an operation's end is told as; `error` is what went wrong (`code`, `message`). */
export function eventsOf(
  { id, kind, subject, actor, input }: OperationRecord,
  ending: Ending,
  error?: unknown,
): NewEvent[] {
  const { context } = (input ?? {}) as { context?: string }
  const common = { subject: subject ?? kind, operation: id, actor, ...(context === undefined ? {} : { context }) }
  if (ending !== 'done') return [{ ...common, type: `operation.${ending}`, data: { kind, ...(error as object) } }]
  const type = whenDone[kind]
  if (type === undefined) return []
  const asked = Object.entries(input ?? {}).filter(([key]) => told[kind]?.includes(key))
  return [{ ...common, type, data: Object.fromEntries(asked) }]
}
