import { expect, test } from 'vitest'
import { dueOf, faultOfSchedule } from './due.ts'

const at = (time: string) => new Date(`2026-03-01T${time}`)
const hourly = { schedule: '0 * * * *', missed: 'skip' } as const
const due = (since: string, now: string, more: { running?: boolean; missed?: 'run' | 'skip' } = {}) =>
  dueOf(
    { ...hourly, missed: more.missed ?? 'skip' },
    { since: at(since), now: at(now), running: more.running ?? false },
  )

test.each([
  ['not yet', due('10:00:00', '10:59:59'), { do: 'wait', until: at('11:00:00') }],
  ['on time', due('10:00:00', '11:00:01'), { do: 'run', scheduledFor: at('11:00:00') }],
  [
    'while the one before runs',
    due('10:00:00', '11:00:01', { running: true }),
    { do: 'skip', scheduledFor: at('11:00:00') },
  ],
  ['too late', due('10:00:00', '11:20:00'), { do: 'miss', scheduledFor: at('11:00:00') }],
  [
    'too late, and made up for',
    due('10:00:00', '11:20:00', { missed: 'run' }),
    { do: 'run', scheduledFor: at('11:00:00') },
  ],
  ['many missed are one', due('01:00:00', '11:20:00', { missed: 'run' }), { do: 'run', scheduledFor: at('11:00:00') }],
  ['many missed, the last in time', due('01:00:00', '11:00:05'), { do: 'run', scheduledFor: at('11:00:00') }],
])('%s', (_, found, wanted) => expect(found).toEqual(wanted))

test('a schedule that is none is said', () => {
  expect(faultOfSchedule('0 3 * * *')).toBeNull()
  expect(faultOfSchedule('61 * * * *')).toMatch(/61|range|invalid/i)
  expect(faultOfSchedule('soon')).not.toBeNull()
})
