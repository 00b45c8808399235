import type { EnvRecord, ProjectRecord } from '../envs/model.ts'
import type { NewEvent } from '../events/model.ts'
import type { MachineRecord } from '../machines/model.ts'
import type { SessionRecord } from '../sessions/model.ts'
import type { AccessStore } from './access-store.ts'
import type { CloudStore } from './cloud-store.ts'
import type { ContextStore } from './context-store.ts'
import type { DeployStore } from './deploy-store.ts'
import type { EventStore } from './events.ts'
import type { WebhookStore } from './webhook-store.ts'

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
  /** Notes that a session has ended (ISO 8601, UTC). Harmless when it is gone. */
  endSession(id: string, endedAt: string): Promise<void>
  /** Harmless when it is gone. */
  removeSession(id: string): Promise<void>

  /** By context and name. */
  machines(): Promise<MachineRecord[]>
  /** Adds a machine, or writes over the one of its context and name. */
  addMachine(machine: MachineRecord): Promise<void>
  /** Harmless when it is gone. */
  removeMachine(context: string, name: string): Promise<void>

  access: AccessStore
  cloud: CloudStore
  contexts: ContextStore
  webhooks: WebhookStore
  deploys: DeployStore
  journal: Journal
  events: EventStore
  close(): void
}

/** One piece of work on one env, made of steps. */
export interface OperationRecord {
  id: string
  /** `env.create`, `env.up`, `env.down`, `env.destroy` … */
  kind: string
  envId: string | null
  /** What it is about, as people name it: `shop/feat-a`. null in rows of older versions. */
  subject: string | null
  /** Who asked for it (core/events/model.ts). */
  actor: string
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
  begin(operation: Pick<OperationRecord, 'id' | 'kind' | 'envId' | 'subject' | 'actor' | 'input'>): Promise<void>
  /** Leaves an operation open that has to be taken up again later, and says why; its attempts count from none again. */
  postpone(id: string, error: unknown): Promise<void>
  /** Closes an operation, and keeps the events that tell of it, both or neither. */
  end(id: string, state: 'done' | 'failed' | 'undone', error?: unknown, events?: readonly NewEvent[]): Promise<void>
  openStep(operationId: string, seq: number, name: string): Promise<void>
  closeStep(operationId: string, seq: number, state: 'done' | 'undone'): Promise<void>
  open(): Promise<OperationRecord[]>
  steps(operationId: string): Promise<StepRecord[]>
  /** The newest first. */
  recent(limit: number): Promise<OperationRecord[]>
}
