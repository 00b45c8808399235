import { availableParallelism, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { randomIds, systemClock } from '../adapters/clock/system-clock.ts'
import { loadProjectConfig } from '../adapters/config/load-project-config.ts'
import { loadSettings } from '../adapters/config/load-settings.ts'
import { saveEngine } from '../adapters/config/save-settings.ts'
import { createNameServer } from '../adapters/dns/name-server.ts'
import { createDockerEngine } from '../adapters/docker/docker.ts'
import { freeBytes } from '../adapters/files/free-bytes.ts'
import { readHomeId } from '../adapters/files/home-id.ts'
import { createChildLedger } from '../adapters/host/child-ledger.ts'
import { createLocalHost } from '../adapters/host/local-host.ts'
import type { ProcessLock } from '../adapters/lock/process-lock.ts'
import { createLocalPrograms } from '../adapters/programs/local-programs.ts'
import { nameServersFrom } from '../adapters/resolver/name-servers.ts'
import { createResolverCheck } from '../adapters/resolver/resolver-check.ts'
import { readResolverRecord, resolverRecordFile, watchResolverRecord } from '../adapters/resolver/resolver-record.ts'
import { createResolverSetup } from '../adapters/resolver/resolver-setup.ts'
import { readRoutes } from '../adapters/routes/routes.ts'
import { openSqliteStore } from '../adapters/sqlite/sqlite-store.ts'
import { socketPath as tmuxSocketPath } from '../adapters/tmux/socket-path.ts'
import { createTmux } from '../adapters/tmux/tmux.ts'
import { createLocalTranscripts } from '../adapters/transcripts/local-transcripts.ts'
import { createWorkspaces } from '../adapters/workspaces/workspaces.ts'
import { createObserved } from '../core/envs/observed.ts'
import { createUpRecords } from '../core/envs/up-records.ts'
import { toAppError } from '../core/errors.ts'
import type { HomePaths } from '../core/home/paths.ts'
import type { ResolverService } from '../core/names/resolver-model.ts'
import type { SetUpDeps } from '../core/names/set-up.ts'
import { buildZone } from '../core/names/zone.ts'
import type { NameServer } from '../core/ports/names.ts'
import type { Files, Host, Store } from '../core/ports.ts'
import { countRunningSessions } from '../core/sessions/list-sessions.ts'
import { removeSessions } from '../core/sessions/remove-sessions.ts'
import type { Settings } from '../core/settings/model.ts'
import { createKeyedLock } from '../lib/keyed-lock.ts'
import { createSemaphore } from '../lib/semaphore.ts'
import { version } from '../lib/version.ts'
import { createFault, withFaults } from './faults.ts'
import { createOperationRegistry } from './operations/registry.ts'
import { createRedactor, learningFiles } from './redactor.ts'
import { serve } from './serve.ts'
import { openWaysIn, type ResolverListener, type WaysIn } from './ways-in.ts'

/** A home that this daemon has for itself. */
interface TakenHome {
  paths: HomePaths
  files: Files
  lock: ProcessLock
  log: (message: string) => void
}

/** Builds the daemon from its parts and serves the home; returns what it found cut off. */
export async function openHome({ paths, lock, ...taken }: TakenHome): Promise<string[]> {
  const redactor = createRedactor(process.env)
  const files = learningFiles(taken.files, paths, redactor)
  const log = (message: string) => taken.log(redactor.text(message))
  const children = createChildLedger(join(paths.home, 'children'))
  const left = await children.endLeft()
  if (left > 0) log(`ended ${left} programs that an earlier berthd had left running`)
  const store = openStore(paths.database)
  const settings = await loadSettings(paths.home)
  const names = createNames(settings, log)
  const waysIn = await openWaysIn(names, settings, log, await whereResolverAsks(paths.home, log))
  watchResolverRecord(resolverRecordFile, () => void answerWhereAsked(paths.home, waysIn, log))
  const setUp = createSetUp(paths.home, settings, waysIn)
  const release = () => {
    store.close()
    lock.release()
  }
  const parts = assemble({ paths, files, store, settings }, createLocalHost(children))
  return serve({ ...parts, ...setUp, waysIn, redactor, release, log })
}

/** The parts a home is served with, each built from the ones before it. */
function assemble(home: { paths: HomePaths; files: Files; store: Store; settings: Settings }, host: Host) {
  const { paths, files, store, settings } = home
  const engine = createDockerEngine({ host, environment: engineEnvironment(settings) })
  const locks = createKeyedLock()
  const sessions = createSessions(host, join(paths.home, 'tmux'))
  const homeId = readHomeId(paths.home, randomIds)
  return {
    ...home,
    host,
    engine,
    locks,
    homeId,
    ...sessions,
    clock: systemClock,
    ids: randomIds,
    environment: process.env,
    freeBytes,
    heavy: createSemaphore(Math.max(2, availableParallelism() * 2)),
    upRecords: createUpRecords({ files, paths }),
    observed: createObserved({ engine, homeId }),
    loadConfig: loadProjectConfig,
    routes: () => readRoutes(host),
    workspaces: createWorkspaces({ host, stateDirectory: paths.bases }),
    operations: createOperationRegistry({ clock: systemClock }),
    runningSessions: () => countRunningSessions(sessions),
    endSessions: (envId: string) => removeSessions({ ...sessions, store, locks }, envId),
    resolver: createResolverCheck(settings.network.suffix),
    asRoot: userInfo().uid === 0,
    saveEngine: (engineHost: string | null) => saveEngine(files, paths.home, engineHost),
    startedAt: systemClock.now(),
    version,
  }
}

function createSessions(host: Host, directory: string) {
  const multiplexer = createTmux({
    host,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    directory,
    socket: tmuxSocketPath(directory, { directory: '/tmp', userId: userInfo().uid }),
  })
  return { multiplexer, transcripts: createLocalTranscripts(), programs: createLocalPrograms() }
}

function createNames({ network }: Settings, log: TakenHome['log']): NameServer {
  const onFault = (fault: unknown) => log(`dns: ${toAppError(fault).message}`)
  return createNameServer(buildZone([], network), { onFault })
}

/** How this machine is made to ask this daemon for names. */
function createSetUp(home: string, { network, dns }: Settings, waysIn: WaysIn): Omit<SetUpDeps, 'resolver'> {
  const { uid } = userInfo()
  const [address = dns.address, port = ''] = waysIn.dns?.split(':') ?? []
  const wish = { suffix: network.suffix, server: { address, port: Number(port) || dns.port }, daemonUid: uid, home }
  const program = join(dirname(process.argv[1] ?? ''), 'berth-resolver.js')
  return {
    wish,
    resolverSetup: createResolverSetup({
      host: createLocalHost(),
      platform: process.platform,
      uid,
      recordFile: resolverRecordFile,
    }),
    answerAt: (service) => waysIn.answerAt(toListener(service)),
    rootCommand: (undo) => [process.execPath, program, undo ? 'undo' : 'apply', JSON.stringify(wish)],
  }
}

/** Where the machine's resolver asks for names, if it was set up for this home. */
async function whereResolverAsks(home: string, log: TakenHome['log']): Promise<ResolverListener | null> {
  const record = await readResolverRecord(resolverRecordFile).catch((error: unknown) => {
    log(`dns: ${toAppError(error).message}`)
    return null
  })
  if (record?.wish.home !== home) return null
  return toListener(record.service)
}

/** After a set-up made by another process, as root. */
async function answerWhereAsked(home: string, waysIn: WaysIn, log: TakenHome['log']): Promise<void> {
  const listener = await whereResolverAsks(home, log)
  if (listener === null) return
  await waysIn.answerAt(listener).catch((error: unknown) => log(`dns: ${toAppError(error).message}`))
}

function toListener({ listen, forwardFrom }: ResolverService): ResolverListener {
  return { listen, forwardTo: forwardFrom === null ? undefined : nameServersFrom(forwardFrom) }
}

/** The state database, with BERTH_FAULT set one that fails on purpose. */
function openStore(file: string): Store {
  const store = openSqliteStore({ file, clock: systemClock })
  const fault = process.env['BERTH_FAULT']
  return fault ? { ...store, journal: withFaults(store.journal, createFault(dirname(file), fault)) } : store
}

/** The daemon's environment, with the engine the settings name. */
function engineEnvironment({ engine }: Settings): NodeJS.ProcessEnv {
  return engine.host === null ? process.env : { ...process.env, DOCKER_HOST: engine.host }
}
