import { join } from 'node:path'
import type { ExecOptions } from '../../../lib/exec.ts'
import { AppError } from '../../errors.ts'
import { composeLabels } from '../../labels.ts'
import { requireApp } from '../apps.ts'
import { baseProject } from '../compose-projects.ts'
import type { DeployDeps } from '../deps.ts'
import { withLease } from '../lease.ts'
import type { AppRecord } from '../model.ts'
import { readBundle } from '../releases.ts'
import { type DumpFiles, noDump, requireSent } from './carry-dumps.ts'
import { type BundledAddon, usualKeep } from './fragment.ts'
import { noSuchAddon } from './keep.ts'

type Deps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'engine' | 'host' | 'clock' | 'events'>

/** One dump of one add-on. */
export interface Backup {
  addon: string
  /** Its file's name: when it was made. */
  name: string
}

/** Where dumps of an add-on lie. */
export const directoryOf = ({ paths }: Pick<Deps, 'paths'>, app: Pick<AppRecord, 'id'>, addon: string) =>
  join(paths.app(app.id), 'backups', addon)

/** How long one dump may take, ms. */
const patience = 3_600_000

/** Dumps the data of an app's add-ons, all or one; the oldest dumps beyond those kept go. Throws ADDON_NOT_FOUND, BACKUP_FAILED. */
export async function backUpApp(
  deps: Deps,
  app: AppRecord,
  { addon, keep = usualKeep, signal }: { addon?: string | undefined; keep?: number; signal: AbortSignal },
): Promise<Backup[]> {
  const made: Backup[] = []
  for (const one of await liveAddons(deps, app, addon)) {
    const name = `${deps.clock.now().toISOString().replaceAll(/[:.]/g, '-')}.dump`
    await dump(deps, app, one, { name, signal })
    made.push({ addon: one.name, name })
    const all = await deps.files.list(directoryOf(deps, app, one.name))
    const spare = all
      .filter((file) => file.endsWith('.dump'))
      .toSorted()
      .slice(0, -keep)
    for (const file of spare) await deps.files.remove(join(directoryOf(deps, app, one.name), file))
  }
  const about = { subject: app.name, context: app.context, data: { addons: made.map((one) => one.addon) } }
  await deps.events.tell({ type: 'app.backed-up', ...about })
  return made
}

/** All dumps of an app on this machine, the newest first. */
export async function listBackups(deps: Pick<Deps, 'files' | 'paths'>, app: AppRecord): Promise<Backup[]> {
  const addons = await deps.files.list(directoryOf(deps, app, ''))
  const found = await Promise.all(
    addons.map(async (addon) =>
      (await deps.files.list(directoryOf(deps, app, addon))).map((name) => ({ addon, name })),
    ),
  )
  return found
    .flat()
    .filter(({ name }) => name.endsWith('.dump'))
    .toSorted((a, b) => (a.name < b.name ? 1 : -1))
}

/** What a restore asks for. */
export interface RestoreRequest {
  context: string
  app: string
  addon: string
  /** Name of a dump; the newest when absent. */
  backup?: string | undefined
  /** One that was sent instead; it goes when it is restored, or cannot be. */
  sent?: { id: string; sha256: string } | undefined
  by: string
}

/**
 * Puts the data of an add-on back as it was when it was dumped. What is there is replaced. Throws ADDON_NOT_FOUND,
 * BACKUP_NOT_FOUND, BACKUP_FAILED, APP_LOCKED.
 */
export async function restoreApp(
  deps: DeployDeps & { dumpFiles: DumpFiles },
  request: RestoreRequest,
  { id, signal }: { id: string; signal: AbortSignal },
): Promise<Backup> {
  const app = await requireApp(deps, request.context, request.app)
  return withLease(deps, app, { owner: request.by, operation: id, breakLock: false }, async () => {
    const [addon] = await liveAddons(deps, app, request.addon)
    if (!addon) throw noSuchAddon(app.name, request.addon, [])
    const { name, file } = await dumpOf(deps, app, addon, request)
    try {
      await inContainer(deps, app, addon, addon.restore, { inputFile: file, signal })
      if (addon.restarts) await restart(deps, app, addon)
      await untilReady(deps, app, addon, signal)
    } finally {
      if (request.sent) await deps.files.remove(file)
    }
    const data = { addon: addon.name, backup: name }
    await deps.events.tell({ type: 'app.restored', subject: app.name, context: app.context, data })
    return { addon: addon.name, name }
  })
}

/** The file a restore takes: one that was sent, or one of those there are. */
async function dumpOf(
  deps: DeployDeps & { dumpFiles: DumpFiles },
  app: AppRecord,
  addon: BundledAddon,
  { backup, sent }: RestoreRequest,
): Promise<{ name: string; file: string }> {
  if (sent) return { name: `sha256:${sent.sha256.slice(0, 12)}`, file: await requireSent(deps, app, addon.name, sent) }
  const dumps = (await listBackups(deps, app)).filter((one) => one.addon === addon.name)
  const found = dumps.find(({ name }) => backup === undefined || name === backup)
  if (!found) throw noDump(addon.name, backup, dumps)
  return { name: found.name, file: join(directoryOf(deps, app, addon.name), found.name) }
}

/** The add-ons of the live release whose data can be dumped; one of them. Throws RELEASE_NOT_FOUND, ADDON_NOT_FOUND. */
export async function liveAddons(
  deps: Pick<Deps, 'store' | 'files' | 'paths'>,
  app: AppRecord,
  name: string | undefined,
): Promise<BundledAddon[]> {
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  if (!live) throw new AppError('RELEASE_NOT_FOUND', `no release of ${app.name} is live here`)
  const { addons = [] } = await readBundle(deps, app, live.release)
  const found = addons.filter((one) => name === undefined || one.name === name)
  if (found.length === 0) throw noSuchAddon(app.name, name ?? 'whose data could be dumped', addons)
  return found
}

/** A dump is there whole or not at all. */
async function dump(
  deps: Deps,
  app: AppRecord,
  addon: BundledAddon,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<void> {
  const file = join(directoryOf(deps, app, addon.name), name)
  // made first, so that only its owner can read what is added
  await deps.files.writeText(`${file}.part`, '')
  try {
    await inContainer(deps, app, addon, addon.dump, { appendTo: `${file}.part`, signal })
    const moved = await deps.host.run(['mv', '--', `${file}.part`, file])
    if (moved.exitCode !== 0) throw new AppError('BACKUP_FAILED', moved.stderr.trim())
  } finally {
    await deps.files.remove(`${file}.part`)
  }
}

async function inContainer(
  deps: Deps,
  app: AppRecord,
  addon: BundledAddon,
  argv: readonly string[],
  options: Pick<ExecOptions, 'inputFile' | 'appendTo' | 'signal'>,
): Promise<void> {
  const container = await containerOf(deps, app, addon)
  if (container?.state !== 'running')
    throw new AppError('BACKUP_FAILED', `${addon.name} does not run`, { details: { addon: addon.name } })
  const command = deps.engine.execCommand(container.id, argv, { tty: false, interactive: true })
  const result = await deps.host.run(command.argv, { env: command.env, timeoutMs: patience, ...options })
  if (result.exitCode === 0) return
  const said = result.stderr.trim().split('\n').slice(-3).join('; ')
  throw new AppError('BACKUP_FAILED', `${addon.name}: ${said || `exit code ${result.exitCode}`}`, {
    details: { addon: addon.name },
  })
}

async function containerOf({ engine }: Deps, app: AppRecord, { name }: BundledAddon) {
  const [found] = await engine.containers([
    `${composeLabels.project}=${baseProject(app)}`,
    `${composeLabels.service}=${name}`,
  ])
  return found
}

async function restart(deps: Deps, app: AppRecord, addon: BundledAddon): Promise<void> {
  const container = await containerOf(deps, app, addon)
  if (!container) return
  await deps.engine.stopContainer(container.id)
  await deps.engine.startContainer(container.id)
}

/** Waits until the server answers with what was restored. */
async function untilReady(deps: Deps, app: AppRecord, addon: BundledAddon, signal: AbortSignal): Promise<void> {
  const deadline = deps.clock.now().getTime() + 60_000
  for (;;) {
    const container = await containerOf(deps, app, addon)
    if (container?.state === 'running' && ['healthy', 'none'].includes(container.health)) return
    if (deps.clock.now().getTime() > deadline)
      throw new AppError('BACKUP_FAILED', `${addon.name} did not come back after its data was restored`)
    await deps.clock.wait(100, signal)
  }
}
