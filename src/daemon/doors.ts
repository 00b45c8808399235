import type { RequestListener } from 'node:http'
import { admit, type Gate } from '../core/access/admit.ts'
import type { Caller } from '../core/access/model.ts'
import type { DaemonDeps } from './dependencies.ts'
import { createApp, type Handlers } from './http/app.ts'
import { createNetworkDoor, createSocketDoor } from './http/door.ts'

/** The API behind each of its doors. */
export interface Doors {
  socket: RequestListener
  network: RequestListener
}

/** Builds the API's application, once for each way in. */
export function openDoors(deps: DaemonDeps, handlers: Handlers, log: (message: string) => void): Doors {
  const app = {
    version: deps.version,
    operations: deps.operations,
    redactor: deps.redactor,
    clock: deps.clock,
    audit: deps.audit,
    standing: deps.standing,
    activity: deps.activity,
    admit: (caller: Caller, gate: Gate, input: unknown) => admit(deps, caller, gate, input),
    newId: () => deps.ids.short(12),
    handlers,
    onInternalError: (error: Error) => log(`internal error: ${error.stack}`),
  }
  const known = { access: deps.store.access, clock: deps.clock }
  return { socket: createApp(app, createSocketDoor(known)), network: createApp(app, createNetworkDoor(known)) }
}
