import type { EnvRecord, ProjectRecord } from '../../src/core/envs/model.ts'
import { AppError } from '../../src/core/errors.ts'
import type { MachineRecord } from '../../src/core/machines/model.ts'
import type { Clock, EventStore, Journal, OperationRecord, StepRecord, Store } from '../../src/core/ports.ts'
import type { SessionRecord } from '../../src/core/sessions/model.ts'
import { createFakeAccessStore } from './fake-access-store.ts'
import { createFakeCloudStore } from './fake-cloud-store.ts'
import { createFakeContextStore } from './fake-context-store.ts'
import { createFakeDeployStore } from './fake-deploy-store.ts'
import { createFakeEvents } from './fake-events.ts'
import { createFakeWebhookStore } from './fake-webhook-store.ts'

/** A store in memory. What goes in and out is copied, so that nobody can change a record without saying so. */
export function createFakeStore({ clock }: { clock: Pick<Clock, 'now'> }): Store {
  const projects = new Map<string, ProjectRecord>()
  const envs = new Map<string, EnvRecord>()
  const sessions = new Map<string, SessionRecord>()
  const machines = new Map<string, MachineRecord>()
  const copies = <T>(map: Map<string, T>) => structuredClone([...map.values()])
  const events = createFakeEvents(clock)
  return {
    access: createFakeAccessStore(),
    cloud: createFakeCloudStore(),
    contexts: createFakeContextStore(),
    webhooks: createFakeWebhookStore(),
    journal: createFakeJournal(clock, events),
    events,
    deploys: createFakeDeployStore(),
    close: () => undefined,

    projects: async () => copies(projects).sort((one, other) => (one.name < other.name ? -1 : 1)),
    addProject: async (project) => {
      if (copies(projects).some(({ name, directory }) => name === project.name || directory === project.directory))
        throw new AppError('PROJECT_EXISTS', `a project named ${project.name} is known at another directory`)
      projects.set(project.name, structuredClone(project))
    },
    removeProject: async (name) => void projects.delete(name),

    envs: async () => copies(envs).sort((one, other) => (label(one) < label(other) ? -1 : 1)),
    env: async (project, name) => copies(envs).find((env) => env.project === project && env.name === name),
    addEnv: async (env) => {
      if (
        copies(envs).some((other) => other.id === env.id || label(other) === label(env) || other.subnet === env.subnet)
      )
        throw new AppError('ENV_EXISTS', `env ${env.project}/${env.name} exists already`)
      envs.set(env.id, structuredClone(env))
    },
    updateEnv: async (id, change) => {
      const env = envs.get(id)
      if (!env) throw new AppError('ENV_NOT_FOUND', `no env has the id ${id}`)
      envs.set(id, structuredClone({ ...env, ...change }))
    },
    removeEnv: async (id) => {
      envs.delete(id)
      for (const session of sessions.values()) if (session.envId === id) sessions.delete(session.id)
    },

    sessions: async () => copies(sessions).sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1)),
    addSession: async (session) => {
      if (sessions.has(session.id)) throw new AppError('SESSION_EXISTS', `session ${session.name} exists already`)
      sessions.set(session.id, structuredClone(session))
    },
    endSession: async (id, endedAt) => {
      const session = sessions.get(id)
      if (session) session.endedAt = endedAt
    },
    removeSession: async (id) => void sessions.delete(id),

    machines: async () => copies(machines).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)),
    addMachine: async (machine) => void machines.set(keyOf(machine), structuredClone(machine)),
    removeMachine: async (context, name) => void machines.delete(keyOf({ context, name })),
  }
}

const label = ({ project, name }: EnvRecord) => `${project}\n${name}`

const keyOf = ({ context, name }: Pick<MachineRecord, 'context' | 'name'>) => `${context}\n${name}`
function createFakeJournal(clock: Pick<Clock, 'now'>, kept: Pick<EventStore, 'add'>): Journal {
  const operations: OperationRecord[] = []
  const steps = new Map<string, StepRecord>()
  const now = () => clock.now().toISOString()
  return {
    begin: async (operation) => {
      const known = operations.find(({ id }) => id === operation.id)
      const fresh = { state: 'open', endedAt: null, error: null, attempts: (known?.attempts ?? 0) + 1 } as const
      if (known) Object.assign(known, fresh)
      else operations.push(structuredClone({ ...operation, ...fresh, startedAt: now() }))
    },
    postpone: async (id, error) => {
      const operation = operations.find((candidate) => candidate.id === id)
      if (operation) Object.assign(operation, structuredClone({ error, attempts: 0 }))
    },
    end: async (id, state, error, events = []) => {
      const operation = operations.find((candidate) => candidate.id === id)
      if (events.length > 0) await kept.add(events)
      if (operation) Object.assign(operation, structuredClone({ state, endedAt: now(), error: error ?? null }))
    },
    openStep: async (operationId, seq, name) =>
      void steps.set(`${operationId} ${seq}`, { operationId, seq, name, state: 'open' }),
    closeStep: async (operationId, seq, state) => {
      const step = steps.get(`${operationId} ${seq}`)
      if (step) step.state = state
    },
    open: async () => structuredClone(operations.filter(({ state }) => state === 'open')),
    steps: async (operationId) =>
      structuredClone([...steps.values()])
        .filter((step) => step.operationId === operationId)
        .sort((one, other) => one.seq - other.seq),
    recent: async (limit) => structuredClone(operations.toReversed().slice(0, limit)),
  }
}
