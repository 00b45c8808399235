import { join } from 'node:path'
import { toAppError } from '../errors.ts'
import { spareBackups } from '../home/backups.ts'
import { collectBuilds } from '../machines/collect-builds.ts'
import { findLostAppParts } from './check-apps.ts'
import { checkObjects } from './check-objects.ts'
import { checkRemotes } from './check-remotes.ts'
import { checkSessions } from './check-sessions.ts'
import { checkWorkspaces } from './check-workspaces.ts'
import type { CareDeps } from './model.ts'

/** Something that no env needs. */
export interface Garbage {
  /** `orphaned-container` …, `base`, `objects`, `debris`, `mirror`, `backup`, `build`, `runtime`. */
  kind: string
  subject: string
  /** Size, or null where it is not known. */
  bytes: number | null
  /** Why it could not be removed, or null. */
  failure: string | null
}

interface Removable extends Omit<Garbage, 'failure'> {
  remove: () => Promise<void>
}

/** Finds what no env needs any more and, unless `dryRun`, removes it. Only what is Berth's own is ever looked at. */
export async function collectGarbage(deps: CareDeps, { dryRun }: { dryRun: boolean }): Promise<Garbage[]> {
  const found = (
    await Promise.all([
      orphans(deps),
      lostApps(deps),
      leftovers(deps),
      unusedMirrors(deps),
      oldBackups(deps),
      oldBuilds(deps),
    ])
  ).flat()
  const collected: Garbage[] = []
  for (const { remove, ...one } of found) collected.push({ ...one, failure: dryRun ? null : await failureOf(remove) })
  return collected
}

/** One thing that cannot be removed keeps no other from going. */
async function failureOf(remove: () => Promise<void>): Promise<string | null> {
  try {
    await remove()
    return null
  } catch (error) {
    return toAppError(error).message
  }
}

async function orphans(deps: CareDeps): Promise<Removable[]> {
  const faults = await Promise.all([checkSessions(deps), checkObjects(deps), checkWorkspaces(deps), checkRemotes(deps)])
  return faults
    .flat()
    .flatMap(({ kind, subject, repair }) =>
      kind.startsWith('orphaned-') && repair !== undefined ? { kind, subject, bytes: null, remove: repair } : [],
    )
}

async function lostApps(deps: CareDeps): Promise<Removable[]> {
  return (await findLostAppParts(deps)).map((part) => ({ ...part, bytes: null }))
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

/** Copies of projects of other machines of which no env is made, and which nobody has asked for in the last hour. */
async function unusedMirrors({ store, mirrors, clock }: CareDeps): Promise<Removable[]> {
  const [all, envs] = await Promise.all([mirrors.list(), store.envs()])
  const sources = envs.flatMap(({ source }) => (source.kind === 'empty' ? [] : [source.directory]))
  const before = clock.now().getTime() - mirrorRest
  return all
    .filter(({ directory, usedAt }) => usedAt < before && !sources.some((source) => isWithin(source, directory)))
    .map(({ key, directory, bytes }) => ({
      kind: 'mirror',
      subject: directory,
      bytes,
      remove: () => mirrors.remove(key),
    }))
}

/** A project may be on its way, and its env not made yet: an hour, ms. */
const mirrorRest = 3_600_000

const isWithin = (path: string, directory: string) => path === directory || path.startsWith(`${directory}/`)

/** Berths that other machines have sent here, but for the one in use and the one before it. */
async function oldBuilds({ host, files, paths }: CareDeps): Promise<Removable[]> {
  const builds = await collectBuilds(host, paths.home, { dryRun: true })
  return builds.map(({ kind, path, bytes }) => ({ kind, subject: path, bytes, remove: () => files.remove(path) }))
}

async function oldBackups({ files, paths }: CareDeps): Promise<Removable[]> {
  return spareBackups(await files.list(paths.backups)).map((name) => {
    const path = join(paths.backups, name)
    return { kind: 'backup', subject: path, bytes: null, remove: () => files.remove(path) }
  })
}
