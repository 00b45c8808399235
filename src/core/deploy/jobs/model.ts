/** A program of an app that runs by the clock, as its release says. */
export interface BundledJob {
  name: string
  /** Service whose image, networks, volumes and secrets it has. */
  service: string
  /** What runs in place of the service's command; null: that command. */
  command: string[] | null
  /** Cron expression of five or six fields, in the machine's own time. */
  schedule: string
  /** What becomes of a time at which berthd did not run. */
  missed: 'skip' | 'run'
  /** After which it is ended. */
  timeoutSeconds: number
  /** It runs no program, but dumps what the add-ons hold; so many dumps of each stay. */
  backup?: { keep: number }
}

/** `missed`: berthd did not run then. `skipped`: the run before was still under way. `lost`: nobody knows how it ended. */
export type JobRunState = 'running' | 'done' | 'failed' | 'missed' | 'skipped' | 'lost'

/** One run of a job, or of a single command in an app. */
export interface JobRunRecord {
  id: string
  app: string
  /** null: a single command. */
  job: string | null
  service: string
  trigger: 'schedule' | 'hand'
  state: JobRunState
  /** Time of the schedule it stands for; null by hand. */
  scheduledFor: string | null
  startedBy: string
  startedAt: string
  endedAt: string | null
  exitCode: number | null
  /** Compose project of its container; null where none was made. */
  composeProject: string | null
}
