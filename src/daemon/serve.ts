import { socketPath } from '../contract/home.ts'
import { renewHooks } from '../core/deploy/remotes/renew-hooks.ts'
import { completeMirrors } from '../core/envs/mirror.ts'
import { toAppError } from '../core/errors.ts'
import { actors } from '../core/events/model.ts'
import type { Certificate } from '../core/ports/certificate.ts'
import type { EngineEvent } from '../core/ports.ts'
import type { DaemonDeps } from './dependencies.ts'
import { openDoors } from './doors.ts'
import { accessHandlers } from './http/access.ts'
import { addonHandlers } from './http/addons.ts'
import type { Handlers } from './http/app.ts'
import { appCareHandlers } from './http/app-care.ts'
import { createAudit } from './http/audit.ts'
import { careHandlers } from './http/care.ts'
import { ciHandlers, resumeCiRuns } from './http/ci.ts'
import { configHandlers } from './http/config.ts'
import { contextHandlers } from './http/context.ts'
import { daemonHandlers } from './http/daemon.ts'
import { deployHandlers } from './http/deploy.ts'
import { domainHandlers } from './http/domain.ts'
import { envHandlers } from './http/env.ts'
import { eventHandlers } from './http/events.ts'
import { fleetHandlers } from './http/fleet.ts'
import { jobHandlers } from './http/jobs.ts'
import { machineHandlers } from './http/machine.ts'
import { mirrorHandlers } from './http/mirror.ts'
import { remoteHandlers } from './http/remote.ts'
import { sessionHandlers } from './http/session.ts'
import { setupHandlers } from './http/setup.ts'
import { createStanding } from './http/standing.ts'
import { syncHandlers } from './http/sync.ts'
import { terminalHandlers } from './http/terminal.ts'
import { tunnelHandlers } from './http/tunnel.ts'
import { vaultHandlers } from './http/vault.ts'
import { webhookHandlers } from './http/webhook.ts'
import { backUpDaily } from './jobs/back-up-daily.ts'
import type { Returned } from './jobs/bring-back.ts'
import { watchCertificates } from './jobs/keep-certificates.ts'
import { concernsIngress, keepIngress } from './jobs/keep-ingress.ts'
import { nameMachines } from './jobs/name-machines.ts'
import { noteRunning, type RunningNote } from './jobs/note-running.ts'
import { publishNames } from './jobs/publish-names.ts'
import { recoverOperations } from './jobs/recover.ts'
import { retireApp, retiringApps, settleApps } from './jobs/retire-apps.ts'
import { type Scheduler, scheduleJobs } from './jobs/run-scheduled.ts'
import { watchIdleMachines } from './jobs/stop-idle-machines.ts'
import { stopIdleShared } from './jobs/stop-idle-shared.ts'
import { takeUpAgain } from './jobs/take-up-again.ts'
import { tellServices } from './jobs/tell-services.ts'
import { watchEngine } from './jobs/watch.ts'
import { watchSessions } from './jobs/watch-sessions.ts'
import type { NetworkServer } from './network-server.ts'
import { type Hooks, prepareHooks } from './open-hooks.ts'
import { createSocketServer } from './socket-server.ts'

/** How long a stopping daemon waits for whoever still uses it, ms. */
const longestStop = 5000

type Log = (message: string) => void

/** The daemon's parts, and how to give back what only one daemon may hold. */
type ServedParts = Omit<
  DaemonDeps,
  | 'stop'
  | 'network'
  | 'isUnderWay'
  | 'cancelOperation'
  | 'endings'
  | 'audit'
  | 'standing'
  | 'api'
  | 'retireLater'
  | 'isRetiring'
  | 'redact'
  | 'remember'
  | keyof Hooks
> & {
  release: () => void
  /** Writes a backup of the state database. */
  backUp: () => void
  certificate: () => Promise<Certificate>
  log: (message: string) => void
}

/**
 * Listens on the home's socket, settles what was cut off, and ends cleanly on SIGTERM, SIGINT or `daemon.stop`. Returns
 * what it found cut off, in words for people.
 */
export async function serve(parts: ServedParts): Promise<string[]> {
  const { log } = parts
  const ended = new AbortController()
  const network = await openNetwork(parts)
  const note = noteRunning(parts, log)
  let scheduler: Scheduler | undefined
  const { hooks, door } = prepareHooks(parts, ended.signal)
  const deps: DaemonDeps = {
    ...parts,
    ...known(parts, note),
    ...hooks,
    audit: createAudit(parts.store.access, log),
    standing: createStanding({ access: parts.store.access, clock: parts.clock }),
    api: network && { address: network.address, fingerprint: network.fingerprint },
    redact: parts.redactor.text,
    remember: parts.redactor.remember,
    ...retiringApps((app, alone = false) => {
      scheduler?.poke()
      return retireApp(deps, app, log, { alone, signal: ended.signal })
    }),
    stop: (options) => setImmediate(() => stop(options)),
  }
  const doors = openDoors(deps, allHandlers(deps), log)
  network?.serve(doors.network)
  const server = createSocketServer(doors.socket, socketPath(parts.paths.home))
  const close = (replaced: boolean) => closeAll(deps, [server, network, door, parts.waysIn], note, replaced)
  const stop = createStop(parts, ended, close)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop())
  parts.operations.onEnd(publishNames({ ...deps, log, publish: deps.waysIn.publish }))
  const notices = await recoverOperations(deps, log)
  startJobs({ ...deps, backUp: parts.backUp }, note, log, ended.signal)
  await Promise.all([deps.links.start(), settleApps(deps, log)])
  scheduler = scheduleJobs(deps, log, ended.signal)
  await server.listen()
  // behind the answer to whoever waits for us, and before the first request
  setImmediate(() => {
    sayHello(deps, notices, log)
    void Promise.all([resumeCiRuns(deps, log), door.open()])
  })
  return notices
}

/** Ends this process once, after what is open is closed, or five seconds have passed. */
function createStop({ clock, log, release }: ServedParts, ended: AbortController, close: Close) {
  return ({ replaced = false } = {}) => {
    if (ended.signal.aborted) return
    ended.abort()
    log('stopping')
    void Promise.race([close(replaced), clock.wait(longestStop)]).then(() => {
      release()
      process.exit(0)
    })
  }
}

/** Ends what the daemon holds; what was audited is written last. */
async function closeAll(
  deps: DaemonDeps,
  open: readonly ({ close(): Promise<unknown> } | null)[],
  note: RunningNote,
  replaced: boolean,
): Promise<void> {
  const closing = open.map((one) => one?.close())
  const tunnels = replaced ? [] : [deps.tunnels.end(), deps.tunnelHost.close(), deps.tailnetHost.close()]
  await Promise.allSettled([
    sayGoodbye(deps),
    ...closing,
    ...tunnels,
    note.flush(),
    deps.links.end({ close: !replaced }),
  ])
  await deps.audit.flush()
}

type Close = (replaced: boolean) => Promise<void>

/** What the daemon knows by what it does. */
function known({ settings, waysIn, operations }: ServedParts, note: RunningNote) {
  return {
    network: {
      suffix: settings.network.suffix,
      proxyPort: waysIn.proxyPort,
      // may be another one from a moment on: move-pool.ts
      get pool() {
        return settings.network.pool
      },
    },
    isUnderWay: (id: string) => operations.isRunning(id),
    cancelOperation: (id: string) => operations.cancel(id),
    endings: () => note.endings(),
  }
}

const subject = actors.daemon

function sayHello({ events, version, paths }: DaemonDeps, found: string[], log: Log): void {
  log(`berthd ${version} listens on ${socketPath(paths.home)}, pid ${process.pid}`)
  events
    .tell({ type: 'daemon.started', subject, data: { version, found } })
    .catch((error: unknown) => log(toAppError(error).message))
}

/** The last event; whoever follows them has it, and then nothing more from this daemon. */
async function sayGoodbye({ events, version }: DaemonDeps): Promise<void> {
  await events.tell({ type: 'daemon.stopped', subject, data: { version } })
  events.close()
}

/** What the daemon does by itself until the signal aborts. */
function startJobs(
  deps: DaemonDeps & Pick<ServedParts, 'backUp'>,
  note: RunningNote,
  log: Log,
  signal: AbortSignal,
): void {
  const about = { subject: 'engine' }
  const tell = (type: 'engine.away' | 'engine.back') =>
    void deps.events.tell({ type, ...about }).catch((error: unknown) => log(toAppError(error).message))
  const onEngine = (returned: Returned) => {
    if (returned.wasAway) tell('engine.back')
    deps.ingressChange.ring()
    void takeUpAgain(deps, returned, log)
  }
  const tellOf = tellServices({ ...deps, log })
  const hear = (event: EngineEvent) => {
    if (concernsIngress(deps, event)) deps.ingressChange.ring()
    tellOf(event)
  }
  void watchEngine({ ...deps, log, note, hear, onEngine, onAway: () => tell('engine.away') }, signal)
  void watchSessions(deps, log, signal)
  void stopIdleShared(deps, log, signal)
  void backUpDaily({ ...deps, log }, signal)
  renewHooks(deps).catch((error: unknown) => log(toAppError(error).message))
  completeMirrors(deps.store, deps).catch((error: unknown) => log(toAppError(error).message))
  void deps.tunnels.keep(signal)
  void nameMachines(deps, log, signal)
  void watchIdleMachines(deps, log, signal)
  void watchCertificates(deps, log, signal)
  void keepIngress(deps, log, signal)
}

/** The API's address, where the settings name one. */
async function openNetwork({ settings, certificate, log }: ServedParts): Promise<NetworkServer | null> {
  if (settings.api === null) return null
  // loaded for the few that have one: TLS takes memory
  const { openNetworkServer } = await import('./network-server.ts')
  return openNetworkServer(settings.api, certificate, log)
}

function allHandlers(deps: DaemonDeps): Handlers {
  return {
    ...envHandlers(deps),
    ...sessionHandlers(deps),
    ...terminalHandlers(deps),
    ...eventHandlers(deps),
    ...configHandlers(deps),
    ...setupHandlers(deps),
    ...machineHandlers(deps),
    ...contextHandlers(deps),
    ...tunnelHandlers(deps),
    ...webhookHandlers(deps),
    ...mirrorHandlers(deps),
    ...syncHandlers(deps),
    ...careHandlers(deps),
    ...vaultHandlers(deps),
    ...deployHandlers(deps),
    ...domainHandlers(deps),
    ...appCareHandlers(deps),
    ...remoteHandlers(deps),
    ...jobHandlers(deps),
    ...addonHandlers(deps),
    ...fleetHandlers(deps),
    ...ciHandlers(deps),
    ...daemonHandlers(deps),
    ...accessHandlers(deps),
  }
}
