/** A process in an env that outlives the terminal. */
export interface SessionRecord {
  /** `<env id>-<slug of its name>`; also its name in the multiplexer. */
  id: string
  envId: string
  /** Unique in the env: the agent's or program's name, with a number where there are several. */
  name: string
  /** The agent adapter, or null for a plain command. */
  agent: string | null
  argv: string[]
  startedAt: string
  /** Absolute paths. */
  logFile: string
  exitFile: string
  /** When it was found to have ended; absent before. ISO 8601, UTC. */
  endedAt?: string
}

export type SessionState = 'running' | 'exited' | 'lost'

/** A session as people see it: `lost` has neither a process nor an exit code (the machine went down under it). */
export interface SessionView extends Omit<SessionRecord, 'endedAt'> {
  project: string
  env: string
  state: SessionState
  exitCode: number | null
  attached: number
}
