import { appEvents } from '../deploy-events.ts'
import { vaultEvents } from '../vault/events.ts'
import { certificateEvents } from './certificate-events.ts'
import { contextEvents } from './context-events.ts'
import { webhookEvents } from './webhook-events.ts'

/** Something that happened, as it is kept and told. */
export interface BerthEvent {
  /** Ascending on the machine that tells it, without gaps, and never given twice. */
  id: number
  /** ISO 8601, UTC. */
  time: string
  /** A word of the catalogue, `env.up`. */
  type: string
  /** What it is about, as people name it: `shop/feat-a`, an app, `berthd`, an engine. */
  subject: string
  /** `local` is the machine that tells it; whoever gathers events of several puts its own name for each. */
  machine: string
  context: string
  /** The operation it is part of, or null. */
  operation: string | null
  /** Who asked for it: `owner`, or `berthd` for what it does by itself or sees happen. */
  actor: string
  /** What more there is to say; each type has its own keys. Never a secret. */
  data: Record<string, unknown>
}

/** An event to be told; the rest is added when it is kept. */
export interface NewEvent {
  type: EventType
  subject: string
  /** `default` when absent. */
  context?: string
  operation?: string | null
  /** `berthd` when absent. */
  actor?: string | undefined
  data?: Record<string, unknown>
}

/** Which events are wanted; all when empty. */
export interface EventFilter {
  /** Types, whole (`env.up`) or their first word (`env`). */
  types?: readonly string[] | undefined
  subject?: string | undefined
  /** What happened in this context, and what the machine has outside all of them; all contexts when absent. */
  context?: string | undefined
}

/** Families of events that are of the machine, whatever the context. */
export const machineWide: readonly string[] = ['env', 'session', 'service', 'engine', 'daemon', 'events', 'context']

/** Who asked for something. */
export const actors = { owner: 'owner', daemon: 'berthd' } as const

/** Every type of event, with what it says. Types are stable: scripts match on them. New families are spread in. */
export const eventTypes = {
  'env.created': 'An env was made.',
  'env.up': "An env's services were started, and are healthy where they say.",
  'env.down': "An env's containers and networks were removed; `volumes`: its data too.",
  'env.restarted': 'Containers of an env that the engine or a reboot had ended were started again.',
  'env.destroyed': 'An env was removed; `keepWorkspace`: but for its workspace.',
  'env.pulled': "An env's work was brought back as the branch `branch`; `merged`: and merged.",
  'session.started': 'The session `session` was started; `agent`: which one it is, or null for a command.',
  'session.ended': 'The session `session` ended with `exitCode`; null where the machine went down under it.',
  'service.started': 'The container of `service` was started, by its restart policy or by hand.',
  'service.ended':
    'The container of `service` ended by itself with exit code 0: a job that is done, or a server that gave up.',
  'service.died': 'The container of `service` ended by itself with `exitCode`.',
  'service.stopped': 'The container of `service` was stopped or killed, and not by Berth.',
  'service.out-of-memory': 'A process of `service` was killed for want of memory.',
  'service.unhealthy': 'The healthcheck of `service` fails.',
  'service.recovered': 'The healthcheck of `service` passes again.',
  ...contextEvents,
  ...webhookEvents,
  ...vaultEvents,
  ...certificateEvents,
  'deploy.live': 'The release `release` of an app took over the requests, as the deployment `deployment`.',
  'deploy.returned':
    'The deployment `deployment` died soon after it took over (`code`, `stage`, `message`, `hint`); the one before has the requests again.',
  ...appEvents,
  'app.removed': 'An app was taken out of production; `volumes`: its data too.',
  'operation.failed': 'The operation `kind` failed with `code`, `message` and `hint`, at `stage` where it has stages.',
  'operation.undone': 'The operation `kind` was cut off, and what it had done was undone.',
  'operation.postponed': 'The operation `kind` could not be finished (`code`, `message`), and will be later.',
  'engine.away': 'The container engine went away.',
  'engine.back': 'The container engine answers again.',
  'machine.away': 'A connected machine cannot be reached any more (`message`); it is tried again by itself.',
  'machine.back': 'A machine that had been away is connected again.',
  'daemon.started': 'berthd `version` started; `found`: what had been cut off, which it settles.',
  'daemon.stopped': 'berthd stopped; what runs goes on.',
  'events.forgotten': 'Events `from` to `to` are no longer kept: whoever follows on from there missed them.',
} as const satisfies Record<string, string>

export type EventType = keyof typeof eventTypes
