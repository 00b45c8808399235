import { dirname, join } from 'node:path'
import { checkObjects } from './check-objects.ts'
import { checkSessions } from './check-sessions.ts'
import { checkWorkspaces } from './check-workspaces.ts'
import type { CareDeps } from './model.ts'

/** Backups of the state database that stay: one for each of the last migrations. */
const keptBackups = 5

/** Something that no env needs. */
export interface Garbage {
  /** `orphaned-container` …, `base`, `objects`, `debris`, `backup`. */
  kind: string
  subject: string
  /** Size, or null where it is not known. */
  bytes: number | null
}

interface Removable extends Garbage {
  remove: () => Promise<void>
}

/** Finds what no env needs any more and, unless `dryRun`, removes it. Only what is Berth's own is ever looked at. */
export async function collectGarbage(deps: CareDeps, { dryRun }: { dryRun: boolean }): Promise<Garbage[]> {
  const found = (await Promise.all([orphans(deps), leftovers(deps), oldBackups(deps)])).flat()
  if (!dryRun) for (const { remove } of found) await remove()
  return found.map(({ kind, subject, bytes }) => ({ kind, subject, bytes }))
}

async function orphans(deps: CareDeps): Promise<Removable[]> {
  const faults = await Promise.all([checkSessions(deps), checkObjects(deps), checkWorkspaces(deps)])
  return faults
    .flat()
    .flatMap(({ kind, subject, repair }) =>
      kind.startsWith('orphaned-') && repair !== undefined ? { kind, subject, bytes: null, remove: repair } : [],
    )
}

/** Frozen copies and shared git objects; the newest copy of a project that is still there stays for its next env. */
async function leftovers({ store, workspaces }: CareDeps): Promise<Removable[]> {
  const projects = await store.projects()
  const found = await workspaces.leftovers(projects.map(({ directory }) => directory))
  return found.map((leftover) => ({
    kind: leftover.kind,
    subject: leftover.path,
    bytes: leftover.bytes,
    remove: () => workspaces.removeLeftover(leftover),
  }))
}

async function oldBackups({ files, paths }: CareDeps): Promise<Removable[]> {
  const directory = join(dirname(paths.database), 'backups')
  const names = (await files.list(directory)).sort()
  return names.slice(0, Math.max(0, names.length - keptBackups)).map((name) => {
    const path = join(directory, name)
    return { kind: 'backup', subject: path, bytes: null, remove: () => files.remove(path) }
  })
}
