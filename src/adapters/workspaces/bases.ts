import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../core/ports/host.ts'
import type { SkippedFile } from '../../core/ports/workspaces.ts'
import { createSharedWork } from '../../lib/shared-work.ts'
import { writeAtomic } from '../../lib/write-atomic.ts'
import { dropSubvolume, isSubvolume } from './btrfs.ts'
import type { BytePath } from './bytes.ts'
import type { ClockReading } from './change-clock.ts'
import { comparable, readClock } from './change-clock.ts'
import { namesIfAny, textIfAny } from './if-any.ts'
import type { ScanPlan } from './plan-scan.ts'
import { planScan } from './plan-scan.ts'
import { removeDirectory } from './remove-tree.ts'
import { parseDirectories, scanDirectories } from './scan-changes.ts'
import type { Source } from './source.ts'

/** What is known of a base. */
export interface BaseInfo {
  /** Directory it is a copy of. */
  source: string
  clock: ClockReading
  files: number
  skipped: SkippedFile[]
  /** How its source is best looked through for changes. */
  scan?: ScanPlan
}

/** A frozen copy of a source, on which workspaces are mounted or of which they are snapshots. Never written again. */
export interface Base {
  /** Absolute: its own directory, and the copied files in it. */
  directory: string
  tree: string
  info: BaseInfo
}

/** Fills the (not yet existing) directory `tree` with all the source has. */
export type FillBase = (tree: string, signal: AbortSignal) => Promise<Pick<BaseInfo, 'files' | 'skipped'>>

/** What a base is made of, and for which way of using it. */
export interface BaseKind {
  source: Source
  method: 'overlay' | 'btrfs-snapshot'
}

export interface Bases {
  /** Absolute directory they are in. */
  top: string
  /** The newest base of a source whose changes since can be told, or null. */
  newest(kind: BaseKind): Promise<Base | null>
  /** Makes one. Those who want it at the same time get the same; `fresh` tells the one who began it. */
  build(kind: BaseKind, fill: FillBase, signal?: AbortSignal): Promise<{ base: Base; fresh: boolean }>
  /** Bases an other one has taken the place of. */
  older(kind: BaseKind, than: Base): Promise<string[]>
  /** Inodes of the source's directories when the base was made. */
  directories(base: Base): Promise<Map<BytePath, string>>
  /** Every base, also half made (null info). */
  list(): Promise<{ directory: string; info: BaseInfo | null }[]>
  /** Whether one is being made or used by a create right now. */
  busy(directory: string): boolean
  /** Keeps a base from being pruned while a workspace is made of it. */
  use<T>(base: Base, work: () => Promise<T>): Promise<T>
}

/** ms before a base is begun from which on changes count as later: the kernel's own stamps are up to 10 ms behind. */
const slack = 50

export function createBases(host: Host, stateDirectory: string): Bases {
  const top = join(stateDirectory, 'bases')
  const builds = createSharedWork<Base>()
  const uses = createUses()
  const directoriesOf = async (key: string) => (await namesIfAny(join(top, key))).map((name) => join(top, key, name))
  return {
    top,
    newest: async (kind) => newestUsable(await directoriesOf(keyOf(kind))),
    async build(kind, fill, signal) {
      let fresh = false
      const start = (stop: AbortSignal) => {
        fresh = true
        const directory = join(top, keyOf(kind), randomUUID())
        return uses.during(directory, () => buildBase(host, directory, kind.source, fill, stop))
      }
      return { base: await builds(keyOf(kind), start, signal), fresh }
    },
    older: async (kind, than) => (await directoriesOf(keyOf(kind))).filter((directory) => directory !== than.directory),
    directories: async ({ directory }) => parseDirectories(await readFile(join(directory, 'directories'), 'utf8')),
    async list() {
      const directories = (await Promise.all((await namesIfAny(top)).map(directoriesOf))).flat()
      const infoOf = async (directory: string) => ({ directory, info: (await readBase(directory))?.info ?? null })
      return Promise.all(directories.map(infoOf))
    },
    busy: (directory) => uses.has(directory),
    use: (base, work) => uses.during(base.directory, work),
  }
}

async function newestUsable(directories: readonly string[]): Promise<Base | null> {
  const clock = await readClock()
  if (clock === null) return null
  const bases = (await Promise.all(directories.map(readBase))).filter((base) => base !== null)
  const usable = bases.filter(({ info }) => comparable(info.clock, clock))
  return usable.sort((a, b) => b.info.clock.now - a.info.clock.now)[0] ?? null
}

/** Counts who works with a directory at the moment. */
function createUses() {
  const counts = new Map<string, number>()
  return {
    has: (directory: string) => counts.has(directory),
    async during<T>(directory: string, work: () => Promise<T>): Promise<T> {
      counts.set(directory, (counts.get(directory) ?? 0) + 1)
      try {
        return await work()
      } finally {
        const left = (counts.get(directory) ?? 1) - 1
        if (left > 0) counts.set(directory, left)
        else counts.delete(directory)
      }
    },
  }
}

/** Complete once its info is written; until then it is debris. */
async function buildBase(
  host: Host,
  directory: string,
  source: Source,
  fill: FillBase,
  signal: AbortSignal,
): Promise<Base> {
  const clock = await readClock()
  if (clock === null) throw new Error('a base needs a clock that tells when the machine was booted')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const tree = join(directory, 'tree')
  try {
    // before anything is copied: what is replaced from now on counts as changed
    const directories = await scanDirectories(host, source.root, signal)
    await writeFile(join(directory, 'directories'), directories, { mode: 0o600 })
    const filled = await fill(tree, signal)
    const scan = planScan(parseDirectories(directories).keys())
    const info: BaseInfo = { source: source.root, clock: { ...clock, now: clock.now - slack }, scan, ...filled }
    await writeAtomic(join(directory, 'base.json'), JSON.stringify(info))
    return { directory, tree, info }
  } catch (error) {
    await dropBase(host, directory)
    throw error
  }
}

/** Removes a base, complete or not. */
export async function dropBase(host: Host, directory: string): Promise<void> {
  // first its info, so that half of it never counts as whole
  await rm(join(directory, 'base.json'), { force: true })
  if (await isSubvolume(join(directory, 'tree'))) await dropSubvolume(host, join(directory, 'tree'))
  await removeDirectory(host, directory)
}

async function readBase(directory: string): Promise<Base | null> {
  const text = await textIfAny(join(directory, 'base.json'))
  return text === null ? null : { directory, tree: join(directory, 'tree'), info: JSON.parse(text) as BaseInfo }
}

function keyOf({ source: { root, fingerprint }, method }: BaseKind): string {
  return createHash('sha256')
    .update(JSON.stringify([root, fingerprint, method]))
    .digest('hex')
    .slice(0, 20)
}
