import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackDelivery, SyncUnit } from '../../../core/machines/sync/model.ts'
import type { Git } from '../git.ts'
import { exists } from '../if-any.ts'
import { openUnitStore } from './store.ts'

interface PackJob {
  /** Absolute: top of the unit. */
  top: string
  /** Its store. */
  store: string
  /** Directory for packs that go as files. */
  packs: string
  unit: SyncUnit
  /** What the mirror has. */
  tips: readonly string[]
  signal?: AbortSignal | undefined
}

/** Up to this size, bytes, a pack goes with the request itself, which saves the round trips of a transfer. */
const inlineBytes = 256 * 1024

/** Of a pack without objects: header and checksum. */
const emptyBytes = { sha1: 32, sha256: 44 }

/** Packs the objects the mirror lacks: thin, as deltas against what it has. The same question gives the same file again. */
export async function writePack(git: Git, job: PackJob): Promise<PackDelivery & { path?: string }> {
  const { top, unit, packs, signal } = job
  const objects = unit.repository === null ? null : await objectsOf(git, top)
  const { env } = await openUnitStore(git, job.store, { top, objects })
  const wanted = objectsOfUnit(unit).filter((oid) => !job.tips.includes(oid))
  if (wanted.length === 0) return { kind: 'none' }
  const known = await existing(git, top, env, job.tips)
  const revs = [...wanted, ...known.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join('')
  const name = `${createHash('sha256').update(`${unit.path}\0${revs}`).digest('hex').slice(0, 32)}.pack`
  const path = join(packs, name)
  if (!(await exists(path))) {
    await mkdir(packs, { recursive: true, mode: 0o700 })
    const args = ['pack-objects', '--revs', '--stdout', '--thin', '--delta-base-offset', '-q']
    const missing = unit.repository?.partial ? ['--missing=allow-any'] : []
    await rm(`${path}.tmp`, { force: true })
    await git(top, [...args, ...missing], { env, input: revs, appendTo: `${path}.tmp`, signal })
    await rename(`${path}.tmp`, path)
  }
  const { size } = await stat(path)
  if (size > inlineBytes) return { kind: 'file', name, path }
  const base64 = (await readFile(path)).toString('base64')
  await rm(path)
  return size <= emptyBytes[unit.format] ? { kind: 'none' } : { kind: 'inline', base64 }
}

/** Everything a unit names. */
export function objectsOfUnit({ state, repository }: SyncUnit): string[] {
  const { heads = {}, unmerged = [] } = repository?.underWay ?? {}
  const named = [
    state,
    ...(repository === null ? [] : [repository.head, repository.index, ...Object.values(repository.refs)]),
    ...Object.values(heads).flatMap((oids) => oids ?? []),
    ...unmerged.map(({ oid }) => oid),
  ]
  return [...new Set(named)].filter((oid): oid is string => oid !== null)
}

async function objectsOf(git: Git, top: string): Promise<string> {
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'objects']
  return (await git(top, args)).stdout.replace(/\n$/, '')
}

/** Of the mirror's objects those that are here too: deltas and histories are cut at them. */
async function existing(
  git: Git,
  top: string,
  env: Record<string, string>,
  tips: readonly string[],
): Promise<string[]> {
  if (tips.length === 0) return []
  const input = tips.map((oid) => `${oid}\n`).join('')
  const { stdout } = await git(top, ['cat-file', '--batch-check=%(objectname)'], { env, input })
  return stdout.split('\n').filter((line) => /^[0-9a-f]+$/.test(line))
}
