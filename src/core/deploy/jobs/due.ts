import { Cron } from 'croner'
import type { BundledJob, JobRunRecord } from './model.ts'

/** A time of a schedule is late, and so missed, after so long, ms. */
const grace = 30_000

/** What is to be done about a job now. */
export type Due = { do: 'wait'; until: Date | null } | { do: 'run' | 'skip' | 'miss'; scheduledFor: Date }

/**
 * Decides about one job: `since` is the time of its schedule that was dealt with last, or when it came to be. Of several
 * times that have passed only the last counts: a machine that slept a week makes no hundred backups.
 */
export function dueOf(
  { schedule, missed }: Pick<BundledJob, 'schedule' | 'missed'>,
  { since, now, running }: { since: Date; now: Date; running: boolean },
): Due {
  const cron = new Cron(schedule)
  const next = cron.nextRun(since)
  if (next === null || next > now) return { do: 'wait', until: next }
  const scheduledFor = lastBefore(cron, next, now)
  if (now.getTime() - scheduledFor.getTime() > grace && missed === 'skip') return { do: 'miss', scheduledFor }
  return { do: running ? 'skip' : 'run', scheduledFor }
}

/** The last time of a schedule up to now, `first` being one of them. */
function lastBefore(cron: Cron, first: Date, now: Date): Date {
  const [previous] = cron.previousRuns(1, new Date(now.getTime() + 1))
  return previous !== undefined && previous > first ? previous : first
}

/** Whether a text is a cron expression; what is wrong with it otherwise. */
export function faultOfSchedule(schedule: string): string | null {
  try {
    return new Cron(schedule).nextRun() === null ? 'it never comes' : null
  } catch (error) {
    return (error as Error).message
  }
}

/** When a job was dealt with last. */
export function lastDealtWith(runs: readonly JobRunRecord[], job: string): Date | undefined {
  const times = runs.flatMap((run) =>
    run.job === job && run.scheduledFor !== null ? [Date.parse(run.scheduledFor)] : [],
  )
  return times.length === 0 ? undefined : new Date(Math.max(...times))
}
