import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { OperationScope } from '../../operations/run-steps.ts'
import type { OutgoingSnapshot } from '../../ports/sync.ts'
import { findProject } from '../../projects/find-project.ts'
import type { SyncDeps, SyncMachine } from './deps.ts'
import type { MirrorName, MirrorStanding, MirrorUpdate } from './model.ts'
import { noteTop, readNote, writeNote } from './note.ts'
import { sayLeftOut } from './say-left-out.ts'
import { usableTips } from './usable-tips.ts'

/** What `berth create --on` asks for before the env itself. */
export interface SyncRequest {
  machine: string
  /** Absolute; anywhere in the project. */
  directory: string
  /** gitignore patterns of ignored files and secrets that are wanted there. */
  send: readonly string[]
}

/** Where the project is on the machine. */
export interface Synced {
  project: string
  /** Absolute, there. */
  directory: string
  /** Absolute, here. */
  source: string
  /** Nothing had to be sent. */
  upToDate: boolean
}

/**
 * Brings a project to a machine: git objects the machine lacks, the files as they lie here, and what else was asked for.
 * Throws PROJECT_NOT_FOUND, MACHINE_NOT_CONNECTED, MACHINE_UNREACHABLE, DISK_FULL. Cut off anywhere, the next one goes on.
 */
export async function syncProject(deps: SyncDeps, request: SyncRequest, scope: OperationScope): Promise<Synced> {
  const project = await findProject(deps, request.directory)
  if (project === undefined) {
    throw new AppError(
      'PROJECT_NOT_FOUND',
      `${request.directory} is no project: it has no compose file, berth.toml or git repository`,
    )
  }
  const { sync } = await deps.loadConfig(project.directory)
  const rules = { include: [...sync.include, ...request.send], exclude: sync.exclude }
  const machine = await deps.syncMachine(request.machine)
  // two at once would tell git's objects apart from files that change under them
  return deps.locks.run(
    `sync ${project.directory}`,
    async () => {
      const snapshot = await deps.outgoing.snapshot({ directory: project.directory, rules, signal: scope.signal })
      await noteTop(deps.files, deps.outgoing.stateOf(snapshot.top), snapshot.top)
      const { directory, upToDate } = await bring(deps, machine, snapshot, scope)
      await tellLeftOut(deps, machine, snapshot, scope)
      const there = join(directory, snapshot.prefix).replace(/\/$/, '')
      return { project: project.name, directory: there, source: project.directory, upToDate }
    },
    scope.signal,
  )
}

/** The mirror of a directory of this home: another home's, another directory's is another one. */
export function mirrorName(homeId: string, top: string): MirrorName {
  const key = `${homeId}-${createHash('sha256').update(top).digest('hex').slice(0, 16)}`
  return { key, name: basename(top) || 'root' }
}

async function bring(
  deps: SyncDeps,
  machine: SyncMachine,
  snapshot: OutgoingSnapshot,
  scope: OperationScope,
): Promise<{ directory: string; upToDate: boolean }> {
  const mirror = mirrorName(deps.homeId, snapshot.top)
  const { fingerprint } = snapshot
  const standing = await machine.prepare({ ...mirror, fingerprint })
  if (standing.upToDate) return { directory: standing.directory, upToDate: true }
  const step = { name: 'sync', title: `bring the project to ${machine.name}` }
  scope.emit({ type: 'step', ...step, state: 'running' })
  await send(deps, machine, mirror, snapshot, standing, scope).catch(async (error: unknown) => {
    if (!(error instanceof AppError && error.code === 'SYNC_STALE')) throw error
    await send(deps, machine, mirror, snapshot, await machine.prepare({ ...mirror, fingerprint }), scope)
  })
  scope.emit({ type: 'step', ...step, state: 'done' })
  return { directory: standing.directory, upToDate: false }
}

async function send(
  deps: SyncDeps,
  machine: SyncMachine,
  mirror: MirrorName,
  snapshot: OutgoingSnapshot,
  standing: MirrorStanding,
  scope: OperationScope,
): Promise<void> {
  const drop = await sendExtras(deps, machine, snapshot, standing, scope)
  await sendUnits(deps, machine, { ...mirror, drop }, snapshot, standing, scope)
  await noteExtras(deps, machine, snapshot)
  await deps.outgoing.settled(snapshot.top)
}

async function sendUnits(
  deps: SyncDeps,
  machine: SyncMachine,
  mirror: MirrorName & { drop: string[] },
  { top, units, fingerprint }: OutgoingSnapshot,
  standing: MirrorStanding,
  { signal }: OperationScope,
): Promise<void> {
  const packed: MirrorUpdate['units'] = []
  for (const unit of units) {
    const { path, ...pack } = await deps.outgoing.pack(top, unit, usableTips(unit, standing.units), signal)
    if (pack.kind === 'file' && path !== undefined)
      await machine.sendFiles({ from: dirname(path), to: standing.incoming, paths: [pack.name], mirror: false, signal })
    packed.push({ ...unit, pack })
  }
  await machine.receive({ ...mirror, fingerprint, units: packed })
}

/** Files git does not hold. Returns those that were sent before and are wanted no more. */
async function sendExtras(
  { outgoing, files }: SyncDeps,
  machine: SyncMachine,
  { top, extras }: OutgoingSnapshot,
  { directory }: MirrorStanding,
  { signal }: OperationScope,
): Promise<string[]> {
  const state = outgoing.stateOf(top)
  const note = await readNote(files, state, machine.name)
  const all = [...new Set([...extras, ...note.extras])]
  await writeNote(files, state, machine.name, { ...note, extras: all })
  if (extras.length > 0) await machine.sendFiles({ from: top, to: directory, paths: extras, mirror: true, signal })
  return all.filter((path) => !extras.includes(path))
}

async function noteExtras({ outgoing, files }: SyncDeps, { name }: SyncMachine, { top, extras }: OutgoingSnapshot) {
  const state = outgoing.stateOf(top)
  await writeNote(files, state, name, { ...(await readNote(files, state, name)), extras })
}

/** Once for what stays behind: again only when something else does. */
async function tellLeftOut(
  { outgoing, files }: SyncDeps,
  { name }: SyncMachine,
  { top, leftOut }: OutgoingSnapshot,
  scope: OperationScope,
): Promise<void> {
  const said = sayLeftOut(leftOut, name)
  const state = outgoing.stateOf(top)
  const note = await readNote(files, state, name)
  if (said === note.said) return
  if (said !== null) scope.emit({ type: 'warning', message: said })
  await writeNote(files, state, name, { ...note, said })
}
