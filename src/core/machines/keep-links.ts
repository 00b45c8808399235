import type { KeyedLock } from '../../lib/keyed-lock.ts'
import { toAppError } from '../errors.ts'
import type { MachineConnection } from '../ports.ts'
import { backoff } from './backoff.ts'
import type { MachineDeps } from './deps.ts'
import { notConnected } from './find-machine.ts'
import type { Links } from './links.ts'
import type { Link, MachineRecord } from './model.ts'
import { type Raised, raiseMachine } from './raise.ts'

/** What keeping links takes. */
export interface KeepLinksDeps extends MachineDeps {
  locks: KeyedLock
  /** Told how the link to a machine turns. */
  heard: (machine: MachineRecord, turn: LinkTurn) => void
  log: (message: string) => void
}

/** `raised`: it stands, `again` where it had been away; `away`: it broke, and cannot be made anew now; `dropped`: it is not kept any more. */
export type LinkTurn = { to: 'raised'; again: boolean } | { to: 'away'; message: string } | { to: 'dropped' }

/** How often it is looked whether a connection still stands, ms. */
const glance = 1000

/** How long the berthd at the other end may take to answer before its connection is taken for dead, ms. */
const pingPatience = 4000

/** More time than this between two glances, ms: this machine was asleep, and its connections may only look alive. */
const asleep = 15_000

/** One machine, and what is known of the way to it. */
interface Entry {
  machine: MachineRecord
  connection: MachineConnection | undefined
  agent: string | undefined
  link: Link
  ended: AbortController
  /** Cuts the pause before the next attempt short. */
  wake: AbortController
}

const keyOf = (context: string, name: string) => `${context}\n${name}`

/** Keeps the connections to all machines of the store; none is ever made to one that is not in it. */
export function createLinks(deps: KeepLinksDeps): Links {
  const entries = new Map<string, Entry>()
  const keep = (machine: MachineRecord, raised?: Raised, agent?: string) => {
    const before = entries.get(keyOf(machine.context, machine.name))
    before?.ended.abort()
    const entry = newEntry(machine, agent, before?.link)
    if (raised) noteRaised(deps, entry, raised)
    entries.set(keyOf(machine.context, machine.name), entry)
    void watch(deps, entry)
    return entry
  }
  return {
    async start() {
      for (const machine of await deps.store.machines()) keep(machine)
    },
    adopt: (machine, raised, agent) => void keep(machine, raised, agent),
    list: () => [...entries.values()].map(({ machine, link }) => ({ machine, link })).sort(byName),
    async open(context, name, agent) {
      const entry = entries.get(keyOf(context, name))
      if (entry === undefined)
        throw notConnected(
          name,
          [...entries.values()].map(({ machine }) => machine.name),
        )
      entry.agent = agent ?? entry.agent
      return { machine: entry.machine, connection: await answering(deps, entry) }
    },
    async drop(context, name) {
      const entry = entries.get(keyOf(context, name))
      entries.delete(keyOf(context, name))
      entry?.ended.abort()
      if (entry) deps.heard(entry.machine, { to: 'dropped' })
      await entry?.connection?.close()
    },
    async end({ close }) {
      for (const { ended } of entries.values()) ended.abort()
      if (close) await Promise.all([...entries.values()].flatMap(({ connection }) => connection?.close() ?? []))
    },
  }
}

const byName = (one: { machine: MachineRecord }, other: { machine: MachineRecord }) =>
  one.machine.name < other.machine.name ? -1 : 1

const unknown: Link = { state: 'connecting', problem: null, version: null }

function newEntry(machine: MachineRecord, agent: string | undefined, link = unknown): Entry {
  return {
    machine,
    agent,
    connection: undefined,
    link,
    ended: new AbortController(),
    wake: new AbortController(),
  }
}

function noteRaised(deps: KeepLinksDeps, entry: Entry, { connection, daemon }: Raised): void {
  const again = entry.link.state === 'unreachable'
  entry.connection = connection
  entry.link = { state: 'connected', problem: null, version: daemon.version }
  deps.heard(entry.machine, { to: 'raised', again })
}

/** Has the connection stand until it is let go of. */
async function watch(deps: KeepLinksDeps, entry: Entry): Promise<void> {
  const { signal } = entry.ended
  let failures = 0
  let seen = deps.clock.now().getTime()
  while (!signal.aborted) {
    try {
      await deps.clock.wait(pauseBefore(entry, failures), AbortSignal.any([signal, entry.wake.signal]))
    } catch {
      if (signal.aborted) return
      entry.wake = new AbortController()
    }
    const now = deps.clock.now().getTime()
    const slept = now - seen > asleep && failures === 0
    seen = now
    if (entry.connection?.isAlive() && !slept) {
      failures = 0
      continue
    }
    try {
      await answering(deps, entry)
      failures = 0
    } catch {
      failures++ // the entry says why; the next attempt is due later
    }
    seen = deps.clock.now().getTime()
  }
}

/** The first look at a machine is made at once, later ones a second apart, those after a failure ever later. */
function pauseBefore({ link, connection }: Entry, failures: number): number {
  if (link.state === 'connecting' && connection === undefined && failures === 0) return 0
  return failures === 0 ? glance : backoff(failures, link.problem?.code)
}

/** The connection, once the berthd at its other end answers: made anew where it does not. */
async function answering(deps: KeepLinksDeps, entry: Entry): Promise<MachineConnection> {
  const { machine, ended } = entry
  return deps.locks.run(`machine ${machine.context} ${machine.name}`, async () => {
    ended.signal.throwIfAborted()
    if (await answers(deps, entry)) return entry.connection as MachineConnection
    const wasConnected = entry.link.state === 'connected'
    if (wasConnected) entry.link = { ...entry.link, state: 'connecting' }
    try {
      return await raise(deps, entry)
    } catch (thrown) {
      const { code, message, hint } = toAppError(thrown)
      if (wasConnected) deps.log(`${machine.name} is gone: ${message}`)
      if (entry.link.state !== 'unreachable') deps.heard(machine, { to: 'away', message })
      entry.link = { ...entry.link, state: 'unreachable', problem: { code, message, hint } }
      throw thrown
    }
  })
}

/** Whether berthd answers over the connection there is. One that does not carry an answer in time is closed. */
async function answers(deps: KeepLinksDeps, { connection, machine, link }: Entry): Promise<boolean> {
  if (connection === undefined || link.state !== 'connected' || !connection.isAlive()) return false
  const { socket } = deps.machineSockets(machine.context, machine.name)
  const startedAt = performance.now()
  try {
    await deps.askDaemon(socket, pingPatience)
    return true
  } catch {
    // berthd there may be gone, which shows at once; silence means that the way there is
    if (performance.now() - startedAt >= pingPatience) await connection.close()
    return false
  }
}

async function raise(deps: KeepLinksDeps, entry: Entry): Promise<MachineConnection> {
  const { machine, agent, ended } = entry
  const raised = await raiseMachine(deps, {
    context: machine.context,
    name: machine.name,
    destination: machine.destination,
    agent,
    explicit: false,
    signal: ended.signal,
    emit: (event) => event.type === 'warning' && deps.log(event.message),
  })
  if (ended.signal.aborted) {
    await raised.connection.close()
    ended.signal.throwIfAborted()
  }
  noteRaised(deps, entry, raised)
  return raised.connection
}
