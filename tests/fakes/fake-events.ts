import { type BerthEvent, type EventFilter, machineWide, type NewEvent } from '../../src/core/events/model.ts'
import type { Clock, EventStore } from '../../src/core/ports.ts'

/** As many as the real store keeps. */
const most = 10_000

/** Events in memory. */
export function createFakeEvents(clock: Pick<Clock, 'now'>): EventStore {
  let kept: BerthEvent[] = []
  let last = 0
  return {
    async add(events) {
      const time = clock.now().toISOString()
      kept = [...kept, ...events.map((event) => whole(event, ++last, time))].slice(-most)
    },
    after: async (after, filter, limit) =>
      structuredClone(kept.filter((event) => event.id > after && fits(event, filter)).slice(0, limit)),
    async startOf(filter, { tail, since }) {
      const fitting = kept.filter((event) => fits(event, filter))
      const byCount = tail === undefined ? 0 : (fitting.at(-1 - tail)?.id ?? 0)
      const young = kept.find(({ time }) => since === undefined || time >= since)
      return Math.max(byCount, since === undefined ? 0 : young ? young.id - 1 : last)
    },
    async forget(context) {
      kept = kept.filter((event) => event.context !== context)
    },
    kept: async () => ({ oldest: kept[0]?.id ?? 0, newest: last }),
  }
}

function whole({ type, subject, ...more }: NewEvent, id: number, time: string): BerthEvent {
  const { context = 'default', operation = null, actor = 'berthd', data = {} } = more
  return structuredClone({ id, time, type, subject, context, operation, actor, data, machine: 'local' })
}

function fits({ type, subject, context }: BerthEvent, filter: EventFilter): boolean {
  const { types = [] } = filter
  const isMachineWide = machineWide.includes(type.slice(0, type.indexOf('.')))
  if (filter.context !== undefined && context !== filter.context && !isMachineWide) return false
  const fitting = types.length === 0 || types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`))
  return fitting && (filter.subject === undefined || subject === filter.subject)
}
