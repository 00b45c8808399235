import type { EnvRecord, ProjectRecord } from '../envs/model.ts'
import type { SessionRecord } from '../sessions/model.ts'

/** What should be. The only writer is this machine's daemon. Every method is one transaction. */
export interface Store {
  projects(): Promise<ProjectRecord[]>
  /** Adds a project. Throws PROJECT_EXISTS when the name belongs to another directory. */
  addProject(project: ProjectRecord): Promise<void>
  removeProject(name: string): Promise<void>

  envs(): Promise<EnvRecord[]>
  env(project: string, name: string): Promise<EnvRecord | undefined>
  /** Adds an env. Throws ENV_EXISTS when project and name are taken. */
  addEnv(env: EnvRecord): Promise<void>
  /** Changes some columns. Throws ENV_NOT_FOUND. */
  updateEnv(id: string, change: Partial<Omit<EnvRecord, 'id'>>): Promise<void>
  /** Removes an env and its sessions. Harmless when it is gone. */
  removeEnv(id: string): Promise<void>

  /** The oldest first. */
  sessions(): Promise<SessionRecord[]>
  /** Adds a session. Throws SESSION_EXISTS when its id is taken. */
  addSession(session: SessionRecord): Promise<void>
  /** Harmless when it is gone. */
  removeSession(id: string): Promise<void>

  journal: Journal
  close(): void
}

/** One piece of work on one env, made of steps. */
export interface OperationRecord {
  id: string
  /** `env.create`, `env.up`, `env.down`, `env.destroy` … */
  kind: string
  envId: string | null
  /** What was asked, as JSON. */
  input: unknown
  state: 'open' | 'done' | 'failed' | 'undone'
  startedAt: string
  endedAt: string | null
  error: unknown
  /** How often it was begun: once, and once more for each time it was cut off and taken up again. */
  attempts: number
}

export interface StepRecord {
  operationId: string
  seq: number
  name: string
  state: 'open' | 'done' | 'undone'
}

/** The journal row is written before a step and closed after it; open ones are finished or undone on start. */
export interface Journal {
  /** Opens an operation; one that was cut off is opened again under its own id, with one attempt more. */
  begin(operation: Pick<OperationRecord, 'id' | 'kind' | 'envId' | 'input'>): Promise<void>
  /** Leaves an operation open that has to be taken up again later, and says why; its attempts count from none again. */
  postpone(id: string, error: unknown): Promise<void>
  end(id: string, state: 'done' | 'failed' | 'undone', error?: unknown): Promise<void>
  openStep(operationId: string, seq: number, name: string): Promise<void>
  closeStep(operationId: string, seq: number, state: 'done' | 'undone'): Promise<void>
  open(): Promise<OperationRecord[]>
  steps(operationId: string): Promise<StepRecord[]>
  /** The newest first. */
  recent(limit: number): Promise<OperationRecord[]>
}
