import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Host } from '../../core/ports/host.ts'
import type { Leftover } from '../../core/ports/workspaces.ts'
import type { BaseInfo } from './bases.ts'
import { dropBase } from './bases.ts'
import { sizeOnDisk } from './commands.ts'
import { plainEnvironment } from './environment.ts'
import { namesIfAny } from './if-any.ts'
import { unmountWorkspace } from './overlay.ts'
import { mountsIn, removeDirectory } from './remove-tree.ts'
import type { WorkspaceTools } from './tools.ts'

/** Files of the moment that are older were left by a process that died: an hour, in ms. */
const stale = 3_600_000

/** Bases, packs and debris that no workspace uses. */
export async function findLeftovers(tools: WorkspaceTools, keep: readonly string[]): Promise<Leftover[]> {
  const bases = await unusedBases(tools, new Set(keep))
  const packs = (await tools.packs.unused()).map((pack) => ({ ...pack, kind: 'objects' as const }))
  const debris = (await staleFiles(tools)).map((path) => ({ path, kind: 'debris' as const }))
  const sized = [...bases, ...debris].map(async (found) => ({ ...found, bytes: await bytesOf(tools.host, found.path) }))
  return [...(await Promise.all(sized)), ...packs]
}

/** Removes one, unless a workspace has come to use it. */
export async function removeLeftover(tools: WorkspaceTools, { path, kind }: Leftover): Promise<void> {
  if (kind === 'objects') return tools.packs.dropUnused(path)
  const inUse = (await tools.records.list()).some(({ base }) => base === path) || tools.bases.busy(path)
  if (inUse) return
  if (kind === 'base' || path.startsWith(tools.bases.top)) await dropBase(tools.host, path)
  else {
    // a daemon that was killed may have left a mount it was looking at
    for (const point of (await mountsIn(path)).toReversed()) await unmountWorkspace(tools.host, point)
    await removeDirectory(tools.host, path)
  }
}

async function unusedBases(
  { bases, records }: WorkspaceTools,
  keep: ReadonlySet<string>,
): Promise<Omit<Leftover, 'bytes'>[]> {
  const used = new Set((await records.list()).map(({ base }) => base))
  const all = await bases.list()
  const newest = newestBySource(all)
  return all
    .filter(
      ({ directory, info }) =>
        !used.has(directory) && !bases.busy(directory) && !(info && keep.has(info.source) && newest.has(directory)),
    )
    .map(({ directory, info }) => ({ path: directory, kind: info === null ? 'debris' : 'base' }))
}

function newestBySource(bases: readonly { directory: string; info: BaseInfo | null }[]): Set<string> {
  const newest = new Map<string, { directory: string; made: number }>()
  for (const { directory, info } of bases) {
    const key = dirname(directory)
    if (info !== null && info.clock.now > (newest.get(key)?.made ?? 0))
      newest.set(key, { directory, made: info.clock.now })
  }
  return new Set([...newest.values()].map(({ directory }) => directory))
}

async function staleFiles({ temporary }: WorkspaceTools): Promise<string[]> {
  const directory = await temporary()
  const paths = (await namesIfAny(directory)).map((name) => join(directory, name))
  const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))
  return paths.filter((_, index) => (times[index] ?? 0) < Date.now() - stale)
}

/** Bytes on disk, as du counts them. */
async function bytesOf(host: Host, path: string): Promise<number> {
  const { stdout } = await host.run(sizeOnDisk(path), { env: plainEnvironment() })
  return Number.parseInt(stdout, 10) * 1024 || 0
}
