import { join } from 'node:path'
import { AppError, toAppError } from '../../errors.ts'
import { requireApp } from '../apps.ts'
import type { DeployDeps } from '../deps.ts'
import { withLease } from '../lease.ts'
import type { AppRecord } from '../model.ts'
import { readBundle } from '../releases.ts'
import { dumpArchive, restoreArchive } from './archive.ts'
import { type DumpFiles, noDump, requireSent } from './carry-dumps.ts'
import { type Backup, directoryOf, listBackups } from './dumps-of.ts'
import { type BundledAddon, usualKeep } from './fragment.ts'
import { noSuchAddon } from './keep.ts'
import { restartServer, runningServer, runOn, untilReady } from './server.ts'

/** Which dumps are asked for, by whom. */
export interface BackupRequest {
  addon?: string | undefined
  keep?: number | undefined
  by: string
}

/**
 * Dumps the data of an app's add-ons, all or one; the oldest dumps beyond those kept go. One that fails keeps no other from being
 * dumped. Throws ADDON_NOT_FOUND, BACKUP_FAILED, and APP_LOCKED where a server has to be stopped while somebody deploys.
 */
export async function backUpApp(
  deps: DeployDeps,
  app: AppRecord,
  { addon, keep = usualKeep, by }: BackupRequest,
  scope: { id: string; signal: AbortSignal },
): Promise<Backup[]> {
  const made: Backup[] = []
  const failures: AppError[] = []
  for (const one of await liveAddons(deps, app, addon)) {
    try {
      made.push(await dump(deps, app, one, { ...scope, by }))
      await removeOldest(deps, app, one.name, keep)
    } catch (error) {
      scope.signal.throwIfAborted()
      failures.push(toAppError(error))
    }
  }
  const about = { subject: app.name, context: app.context, data: { addons: made.map((one) => one.addon) } }
  if (made.length > 0) await deps.events.tell({ type: 'app.backed-up', ...about })
  if (failures[0]) throw failures[0]
  return made
}

async function removeOldest(deps: DeployDeps, app: AppRecord, addon: string, keep: number): Promise<void> {
  const directory = directoryOf(deps, app, addon)
  const all = (await deps.files.list(directory)).filter((file) => file.endsWith('.dump')).toSorted()
  for (const file of all.slice(0, -keep)) await deps.files.remove(join(directory, file))
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
      await putBack(deps, app, addon, { file, signal })
      await untilReady(deps, app, addon.name, signal)
    } finally {
      if (request.sent) await deps.files.remove(file)
    }
    const data = { addon: addon.name, backup: name }
    await deps.events.tell({ type: 'app.restored', subject: app.name, context: app.context, data })
    return { addon: addon.name, name }
  })
}

async function putBack(
  deps: DeployDeps,
  app: AppRecord,
  addon: BundledAddon,
  { file, signal }: { file: string; signal: AbortSignal },
): Promise<void> {
  if ('archive' in addon) return restoreArchive(deps, app, addon, { file, signal })
  await inContainer(deps, app, addon.name, addon.restore, { inputFile: file, signal })
  if (addon.restarts) await restartServer(deps, app, addon.name)
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
  deps: Pick<DeployDeps, 'store' | 'files' | 'paths'>,
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
  deps: DeployDeps,
  app: AppRecord,
  addon: BundledAddon,
  { id, by, signal }: { id: string; by: string; signal: AbortSignal },
): Promise<Backup> {
  const started = deps.clock.now()
  const name = `${started.toISOString().replaceAll(/[:.]/g, '-')}.dump`
  const file = join(directoryOf(deps, app, addon.name), name)
  const part = `${file}.part`
  // made first, so that only its owner can read what is added
  await deps.files.writeText(part, '')
  try {
    if ('dump' in addon) await inContainer(deps, app, addon.name, addon.dump, { appendTo: part, signal })
    else {
      const lease = { owner: by, operation: id, breakLock: false }
      await withLease(deps, app, lease, () => dumpArchive(deps, app, addon, { file: part, signal }))
    }
    const moved = await deps.host.run(['mv', '--', part, file])
    if (moved.exitCode !== 0) throw new AppError('BACKUP_FAILED', moved.stderr.trim())
  } finally {
    await deps.files.remove(part)
  }
  if ('dump' in addon) return { addon: addon.name, name }
  await untilReady(deps, app, addon.name, signal)
  return { addon: addon.name, name, stoppedMs: deps.clock.now().getTime() - started.getTime() }
}

async function inContainer(
  deps: DeployDeps,
  app: AppRecord,
  addon: string,
  argv: readonly string[],
  options: Parameters<typeof runOn>[3],
): Promise<void> {
  const { id } = await runningServer(deps, app, addon)
  await runOn(deps, addon, deps.engine.execCommand(id, argv, { tty: false, interactive: true }), options)
}
