import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import type { SyncUnit } from '../../../core/machines/sync/model.ts'
import type { Host } from '../../../core/ports/host.ts'
import type { Outgoing, OutgoingSnapshot, SyncRules } from '../../../core/ports/sync.ts'
import type { BytePath } from '../bytes.ts'
import { bytesOf, textOf } from '../bytes.ts'
import type { Git } from '../git.ts'
import { createGit } from '../git.ts'
import { exists } from '../if-any.ts'
import { type Repository, readRepository } from '../read-repository.ts'
import { matcher } from '../selection.ts'
import { extraPaths, signatureOf } from './extras.ts'
import type { Choice, Look } from './look.ts'
import { lookAtDirectory, lookAtRepository, storeOf } from './look.ts'
import { writePack } from './pack.ts'

/** Projects of this machine on their way to others; what is kept between two syncs lies below `stateDirectory`. */
export function createOutgoing({ host, stateDirectory }: { host: Host; stateDirectory: string }): Outgoing {
  const git = createGit(host)
  const stateOf = (directory: string) =>
    join(stateDirectory, createHash('sha256').update(directory).digest('hex').slice(0, 16))
  const packs = (top: string) => join(stateOf(top), 'packs')
  return {
    stateOf,
    snapshot: ({ directory, rules }) => takeSnapshot(host, git, { directory, rules, stateOf }),
    async pack(top, unit, tips, signal) {
      const store = storeOf(join(stateOf(top), 'units'), unit.path)
      return writePack(git, { top: join(top, textOf(unit.path)), store, packs: packs(top), unit, tips, signal })
    },
    settled: (top) => rm(packs(top), { recursive: true, force: true }),
  }
}

interface Request {
  directory: string
  rules: SyncRules
  stateOf: (directory: string) => string
}

async function takeSnapshot(host: Host, git: Git, { directory, rules, stateOf }: Request): Promise<OutgoingSnapshot> {
  const repository = await readRepository(git, directory)
  const top = repository?.top ?? directory
  const prefix = repository?.prefix ?? ''
  const stores = join(stateOf(top), 'units')
  await mkdir(stores, { recursive: true, mode: 0o700 })
  const matches = (patterns: readonly string[]) => {
    const match = matcher(patterns, prefix)
    return (path: string) => match(path.replace(/\/$/, ''), path.endsWith('/'))
  }
  const choice: Choice = { include: matches(rules.include), exclude: matches(rules.exclude) }
  const looks: Look[] = []
  const open: BytePath[] = ['']
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const look = await steadily(() => lookAt(git, { top, path, stores, repository }, choice))
    if (look === null) continue
    looks.push(look)
    open.push(...look.inside)
  }
  const units = looks.map(({ unit }) => unit)
  const listed = looks.flatMap(({ extras }) => extras)
  const extras = [...listed, ...(await extraPaths(top, prefix, rules.include, looks))]
  const fingerprint = fingerprintOf(units, await signatureOf(host, top, extras))
  return { top, prefix, units, extras, leftOut: looks.flatMap(({ leftOut }) => leftOut), fingerprint }
}

/** A file can go between being found and being read: then everything is looked at once more. */
async function steadily<T>(look: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await look()
    } catch (error) {
      const vanished = error instanceof AppError && /could not open|unable to (?:hash|stat)/i.test(error.message)
      if (!vanished || attempt === 5) throw error
    }
  }
}

/** null for a submodule that was never checked out. */
async function lookAt(
  git: Git,
  {
    top,
    path,
    stores,
    repository: whole,
  }: { top: string; path: BytePath; stores: string; repository: Repository | null },
  choice: Choice,
): Promise<Look | null> {
  const place = join(top, textOf(path))
  if (path === '') {
    const at = { top, path, stores }
    return whole === null
      ? lookAtDirectory(git, { ...at, repository: null }, choice)
      : lookAtRepository(git, { ...at, repository: whole }, choice)
  }
  // git cannot be asked about a directory whose name is no text
  if (bytesOf(textOf(path)) !== path || !(await exists(join(place, '.git')))) return null
  const repository = await readRepository(git, place)
  return repository?.top === place ? lookAtRepository(git, { top: place, path, repository, stores }, choice) : null
}

/** Version of what is made of a project: a mirror of another is brought up to date anew. */
const form = 1

function fingerprintOf(units: readonly SyncUnit[], extras: string): string {
  return createHash('sha256')
    .update(JSON.stringify([form, units, extras]))
    .digest('hex')
}
