import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import type { MirrorName, MirrorStanding, MirrorUpdate, SyncUnit, UnitTips } from '../../../core/machines/sync/model.ts'
import { usableTips } from '../../../core/machines/sync/usable-tips.ts'
import type { Host } from '../../../core/ports/host.ts'
import type { Mirrors } from '../../../core/ports/sync.ts'
import type { Workspaces } from '../../../core/ports/workspaces.ts'
import { createSharedLock } from '../../../lib/shared-lock.ts'
import { sizeOnDisk } from '../commands.ts'
import { createGit, type Git } from '../git.ts'
import { exists, namesIfAny } from '../if-any.ts'
import { removeDirectory } from '../remove-tree.ts'
import { objectsOfUnit } from '../sync/pack.ts'
import { readMark, writeMark } from './marks.ts'
import { incomingPack, keptOf, type MirrorPlaces, placeOfUnit, placesOf } from './places.ts'
import { receiveUnit } from './receive-unit.ts'

/** Mirrors below `top`: `<key>/tree/<name>` is the project, and what is kept of it lies beside. */
export function createMirrors({ host, top }: { host: Host; top: string }): Mirrors {
  const git = createGit(host)
  const locks = createSharedLock()
  const alone = <T>({ key }: MirrorName, work: () => Promise<T>) => locks.alone(key, work)
  return {
    top,
    prepare: (wish) => alone(wish, () => prepare(host, placesOf(top, wish), wish)),
    receive: (update, signal) =>
      alone(update, () => receive({ host, git, places: placesOf(top, update), signal }, update)),
    reading(directory, work) {
      const [key, tree] = relative(top, directory).split('/')
      return tree === 'tree' && key !== undefined && key !== '..' ? locks.shared(key, work) : work()
    },
    list: () => listMirrors(host, top),
    remove: (key) => locks.alone(key, () => removeDirectory(host, placesOf(top, { key, name: 'x' }).own)),
  }
}

async function prepare(
  host: Host,
  places: MirrorPlaces,
  { name, fingerprint }: MirrorName & { fingerprint: string },
): Promise<MirrorStanding> {
  await mkdir(places.own, { recursive: true, mode: 0o700 })
  let mark = await readMark(places.own)
  if (mark !== null && mark.name !== name) {
    await removeDirectory(host, places.own)
    mark = null
  }
  const upToDate = mark !== null && mark.fingerprint === fingerprint && (await exists(places.tree))
  await mkdir(places.tree, { recursive: true, mode: 0o700 })
  await mkdir(places.incoming, { recursive: true, mode: 0o700 })
  const units = mark?.units ?? []
  await writeMark(places.own, { name, units, fingerprint: upToDate ? fingerprint : null, usedAt: Date.now() })
  return {
    directory: places.tree,
    incoming: places.incoming,
    upToDate,
    units,
  }
}

interface Receiving {
  host: Host
  git: Git
  places: MirrorPlaces
  signal: AbortSignal | undefined
}

async function receive(job: Receiving, update: MirrorUpdate): Promise<{ directory: string }> {
  const { host, places } = job
  const { name, fingerprint, units, drop } = update
  const mark = await readMark(places.own)
  if (mark?.name !== name) throw new AppError('SYNC_STALE', 'the mirror was removed meanwhile')
  if (units[0] !== undefined && isOther(mark.units, units[0])) {
    await removeDirectory(host, places.own)
    throw new AppError('SYNC_STALE', 'the project became another repository')
  }
  const marker = { name, usedAt: Date.now() }
  const [stay, gone] = partition(mark.units, ({ path }) => units.some((unit) => unit.path === path))
  for (const { path } of gone) await forgetUnit(host, places, path)
  for (const path of drop) await removeDirectory(host, await placeOfUnit(places.tree, path.replace(/\/$/, '')))
  await writeMark(places.own, { ...marker, units: stay, fingerprint: null })
  let known = stay
  for (const unit of units) {
    const others = known.filter(({ path }) => path !== unit.path)
    // while it is under way nothing of it counts as there
    const done = await receiveOne(job, unit, known).catch(async (error: unknown) => {
      const stale = error instanceof AppError && error.code === 'SYNC_STALE'
      if (stale) await writeMark(places.own, { ...marker, units: others, fingerprint: null })
      throw error
    })
    known = [...others, done]
    await writeMark(places.own, { ...marker, units: known, fingerprint: null })
  }
  await writeMark(places.own, { ...marker, units: known, fingerprint })
  return { directory: places.tree }
}

async function receiveOne(
  { host, git, places, signal }: Receiving,
  unit: MirrorUpdate['units'][number],
  known: readonly UnitTips[],
): Promise<UnitTips> {
  const place = await placeOfUnit(places.tree, unit.path)
  const kept = keptOf(places.own, unit.path)
  if (isOther(known, unit)) await forgetUnit(host, places, unit.path)
  await mkdir(kept, { recursive: true, mode: 0o700 })
  const packFile = unit.pack.kind === 'file' ? incomingPack(places, unit.pack.name) : null
  await receiveUnit(git, { unit, place, kept, packFile, tips: usableTips(unit, known) }, signal)
  const shallow = unit.repository?.shallow ?? []
  return {
    path: unit.path,
    tips: objectsOfUnit(unit),
    format: unit.format,
    repository: unit.repository !== null,
    shallow,
  }
}

/** Whether what is known under a unit's path was another kind of repository, or none. */
function isOther(known: readonly UnitTips[], unit: SyncUnit): boolean {
  const before = known.find(({ path }) => path === unit.path)
  return before !== undefined && (before.format !== unit.format || before.repository !== (unit.repository !== null))
}

function partition<T>(all: readonly T[], fits: (one: T) => boolean): [T[], T[]] {
  return [all.filter(fits), all.filter((one) => !fits(one))]
}

/** A repository that is no more, or another now: its files go, and what was kept of it. */
async function forgetUnit(host: Host, places: MirrorPlaces, path: string): Promise<void> {
  await removeDirectory(host, await placeOfUnit(places.tree, path))
  await removeDirectory(host, keptOf(places.own, path))
  await mkdir(places.tree, { recursive: true, mode: 0o700 })
}

async function listMirrors(host: Host, top: string) {
  const keys = await namesIfAny(top)
  const found = await Promise.all(
    keys.map(async (key) => {
      const mark = await readMark(join(top, key))
      const { stdout } = await host.run(sizeOnDisk(join(top, key)))
      const bytes = Number(stdout.split('\t')[0] ?? 0) * 1024
      return { key, directory: join(top, key, 'tree', mark?.name ?? ''), usedAt: mark?.usedAt ?? 0, bytes }
    }),
  )
  return found
}

/** Workspaces that are made of a mirror while nothing is received into it. */
export function withMirrors(workspaces: Workspaces, mirrors: Pick<Mirrors, 'top' | 'reading'>): Workspaces {
  return {
    ...workspaces,
    // what is being received changes what was seen of a mirror before it was waited for
    look: async (request) =>
      request.source.kind !== 'empty' && request.source.directory.startsWith(`${mirrors.top}/`)
        ? { found: new Map() }
        : workspaces.look(request),
    create: (request) =>
      request.source.kind === 'empty'
        ? workspaces.create(request)
        : mirrors.reading(request.source.directory, () => workspaces.create(request)),
  }
}
