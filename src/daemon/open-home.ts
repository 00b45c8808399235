import { existsSync } from 'node:fs'
import { availableParallelism, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { createAgeCipher } from '../adapters/age/age-cipher.ts'
import { createIdentityStore } from '../adapters/age/identity-store.ts'
import { caddy } from '../adapters/caddy/caddy.ts'
import { randomIds, systemClock } from '../adapters/clock/system-clock.ts'
import { loadProjectConfig } from '../adapters/config/load-project-config.ts'
import { loadSettings } from '../adapters/config/load-settings.ts'
import { saveEngine } from '../adapters/config/save-settings.ts'
import { readWrittenProject, readWrittenSettings } from '../adapters/config/written-files.ts'
import { createNameServer } from '../adapters/dns/name-server.ts'
import { createDockerEngine } from '../adapters/docker/docker.ts'
import { createImageArchives } from '../adapters/docker/image-archives.ts'
import { dumpFiles } from '../adapters/files/dump-files.ts'
import { freeBytes } from '../adapters/files/free-bytes.ts'
import { readHomeId } from '../adapters/files/home-id.ts'
import { runLogs } from '../adapters/files/run-logs.ts'
import { createChildLedger } from '../adapters/host/child-ledger.ts'
import { createLocalHost } from '../adapters/host/local-host.ts'
import type { ProcessLock } from '../adapters/lock/process-lock.ts'
import { probe, readPage } from '../adapters/probe/probe.ts'
import { createLocalPrograms } from '../adapters/programs/local-programs.ts'
import { createLocalTerminals } from '../adapters/pty/local-terminals.ts'
import { nameServersFrom } from '../adapters/resolver/name-servers.ts'
import { createResolverCheck } from '../adapters/resolver/resolver-check.ts'
import { readResolverRecord, resolverRecordFile, watchResolverRecord } from '../adapters/resolver/resolver-record.ts'
import { createResolverSetup } from '../adapters/resolver/resolver-setup.ts'
import { readRoutes } from '../adapters/routes/routes.ts'
import { createSealer } from '../adapters/sealer/sealer.ts'
import { createSecretFiles } from '../adapters/secret-formats/read-secret-file.ts'
import { openSqliteStore } from '../adapters/sqlite/sqlite-store.ts'
import { createTextSearch } from '../adapters/text-search/text-search.ts'
import { loadCertificate } from '../adapters/tls/certificate.ts'
import { socketPath as tmuxSocketPath } from '../adapters/tmux/socket-path.ts'
import { createTmux } from '../adapters/tmux/tmux.ts'
import { traefik } from '../adapters/traefik/traefik.ts'
import { createLocalTranscripts } from '../adapters/transcripts/local-transcripts.ts'
import { createTrees } from '../adapters/trees/trees.ts'
import { createMirrors, withMirrors } from '../adapters/workspaces/mirror/mirrors.ts'
import { createRepositories } from '../adapters/workspaces/repositories.ts'
import { createOutgoing } from '../adapters/workspaces/sync/outgoing.ts'
import { createWorkspaces } from '../adapters/workspaces/workspaces.ts'
import { quotasFor } from '../core/access/quotas.ts'
import type { CertificateRecord } from '../core/deploy/certificates/model.ts'
import { withMirror } from '../core/envs/mirror.ts'
import { createObserved } from '../core/envs/observed.ts'
import { createUpRecords } from '../core/envs/up-records.ts'
import { toAppError } from '../core/errors.ts'
import { createEventLog, type EventLog } from '../core/events/event-log.ts'
import type { HomePaths } from '../core/home/paths.ts'
import type { ResolverService } from '../core/names/resolver-model.ts'
import type { SetUpDeps } from '../core/names/set-up.ts'
import { buildZone } from '../core/names/zone.ts'
import type { NameServer } from '../core/ports/names.ts'
import type { Files, Host, Store } from '../core/ports.ts'
import { countRunningSessions } from '../core/sessions/list-sessions.ts'
import { removeSessions } from '../core/sessions/remove-sessions.ts'
import type { Settings } from '../core/settings/model.ts'
import { createBell } from '../lib/bell.ts'
import { createKeyedLock } from '../lib/keyed-lock.ts'
import { createSemaphore } from '../lib/semaphore.ts'
import { version } from '../lib/version.ts'
import { createFault, withFaults } from './faults.ts'
import { openCi } from './open-ci.ts'
import { openMachines } from './open-machines.ts'
import { openProviders } from './open-providers.ts'
import { createOperationRegistry } from './operations/registry.ts'
import { createRedactor, learningFiles, type Redactor } from './redactor.ts'
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
  const { backUp, ...state } = openStore({ paths, files, log }, redactor)
  const settings = await loadSettings(paths.home)
  const names = createNames(settings, log)
  const waysIn = await openWaysIn(names, settings, log, await whereResolverAsks(paths.home, log))
  watchResolverRecord(resolverRecordFile, () => void answerWhereAsked(paths.home, waysIn, log))
  const setUp = createSetUp(paths.home, settings, waysIn)
  const release = () => {
    state.store.close()
    lock.release()
  }
  const host = createLocalHost(children)
  const parts = {
    ...assemble({ paths, files, ...state, settings }, host),
    textSearch: createTextSearch(host),
    ci: openCi({ paths, homeId: readHomeId(paths.home, randomIds), host, children }),
  }
  const machines = openMachines({ ...parts, home: paths.home, log })
  const vault = createVault(parts, redactor)
  return serve({ ...machines, ...parts, ...setUp, vault, waysIn, redactor, backUp, release, log })
}

const configReaders = {
  loadConfig: loadProjectConfig,
  readSettings: readWrittenSettings,
  readProjectFiles: readWrittenProject,
}

/** The parts a home is served with, each built from the ones before it. */
function assemble(
  home: { paths: HomePaths; files: Files; store: Store; events: EventLog; settings: Settings },
  host: Host,
) {
  const { paths, files, store, settings } = home
  const engine = createDockerEngine({ host, environment: engineEnvironment(settings.engine.host) })
  const locks = createKeyedLock()
  const sessions = { ...createSessions(host, join(paths.home, 'tmux')), events: home.events }
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
    quotas: (by: string | undefined) => quotasFor({ access: store.access, own: settings.quota }, by),
    ...openProviders(settings, paths),
    certificate: () => loadCertificate(host, join(paths.home, 'api')),
    heavy: createSemaphore(Math.max(2, availableParallelism() * 2)),
    upRecords: createUpRecords({ files, paths }),
    observed: createObserved({ engine, homeId, clock: systemClock }),
    ...configReaders,
    routes: () => readRoutes(host),
    ...createCopies(host, paths),
    operations: createOperationRegistry({ clock: systemClock }),
    ...createDeploying(settings, files, paths, host),
    runningSessions: () => countRunningSessions(sessions),
    endSessions: (envId: string) => removeSessions({ ...sessions, store, locks }, envId),
    resolver: createResolverCheck(settings.network.suffix),
    asRoot: userInfo().uid === 0,
    ...engineChoice(files, paths, host),
    startedAt: systemClock.now(),
    version,
  }
}

/** Vaults: what is read of them is masked in whatever the daemon says from then on. */
function createVault({ files, host, paths, locks, clock }: ReturnType<typeof assemble>, redactor: Redactor) {
  return {
    files,
    paths,
    locks,
    clock,
    cipher: createAgeCipher(),
    identities: createIdentityStore({ files, host, home: paths.home, platform: process.platform }),
    secretFiles: createSecretFiles(files),
    remember: redactor.remember,
  }
}

/** Apps in production. */
function createDeploying(settings: Settings, files: Files, paths: HomePaths, host: Host) {
  const { ingress } = settings
  const environment = engineEnvironment(settings.engine.host)
  return {
    ingress: ingress.proxy === 'caddy' ? caddy : traefik,
    ingressSettings: { ...ingress, httpPort: ingress.port },
    migratesConnections: existsSync('/proc/sys/net/ipv4/tcp_migrate_req'),
    ingressChange: createBell(),
    answers: new Map<string, string>(),
    ordering: new Map<string, CertificateRecord>(),
    authority: openAuthority(settings, files, paths),
    domainsChange: createBell(),
    trees: createTrees(),
    archives: createImageArchives({ host, environment, directory: join(paths.home, 'outgoing') }),
    sealer: createSealer(files, join(paths.home, 'sealing.key')),
    probe,
    runLogs,
    dumpFiles,
    readPage,
    arch: process.arch,
  }
}

/** Who issues certificates, loaded for the first one: TLS takes memory. */
function openAuthority({ ingress: { tls } }: Settings, files: Files, paths: HomePaths) {
  return async () => {
    if (tls === null) return null
    const { createAcme } = await import('../adapters/acme/acme.ts')
    return createAcme({ ...tls.acme, accounts: join(paths.ingress, 'accounts'), files, clock: systemClock })
  }
}

/** What copies projects: into workspaces, to other machines, and from them. */
function createCopies(host: Host, { bases, mirrors: top, sync }: HomePaths) {
  const mirrors = createMirrors({ host, top })
  const workspaces = withMirrors(createWorkspaces({ host, stateDirectory: bases }), mirrors)
  return {
    workspaces,
    mirrors,
    outgoing: createOutgoing({ host, stateDirectory: sync }),
    repositories: createRepositories(host),
  }
}

function createSessions(host: Host, directory: string) {
  const multiplexer = createTmux({
    host,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    directory,
    socket: tmuxSocketPath(directory, { directory: '/tmp', userId: userInfo().uid }),
  })
  const terminals = createLocalTerminals(host)
  return { multiplexer, terminals, transcripts: createLocalTranscripts(), programs: createLocalPrograms() }
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

/** The state database, whose journal tells how operations end; with BERTH_FAULT set one that fails on purpose. */
function openStore({ paths, files, log }: Omit<TakenHome, 'lock'>, redactor: Redactor) {
  const { backUp, ...rows } = openSqliteStore({ file: paths.database, clock: systemClock })
  const store = withMirror(rows, { files, paths, log })
  const events = createEventLog(store.events, redactor.value)
  const fault = process.env['BERTH_FAULT']
  const journal = fault ? withFaults(store.journal, createFault(paths.home, fault)) : store.journal
  return { store: { ...store, journal: events.telling(journal) }, events, backUp }
}

/** The daemon's environment, with the engine the settings name. */
function engineChoice(files: Files, { home }: HomePaths, host: Host) {
  return {
    lookAtEngine: (address: string | null) =>
      createDockerEngine({ host, environment: engineEnvironment(address) }).info(),
    saveEngine: (address: string | null) => saveEngine(files, home, address),
  }
}

function engineEnvironment(address: string | null): NodeJS.ProcessEnv {
  return address === null ? process.env : { ...process.env, DOCKER_HOST: address }
}
