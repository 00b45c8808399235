import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import type { MirrorUpdate, SyncRepository } from '../../../core/machines/sync/model.ts'
import { configText, portableSettings } from '../../../core/machines/sync/settings.ts'
import type { Git } from '../git.ts'
import { withoutHooks } from '../git.ts'
import { exists, textIfAny } from '../if-any.ts'
import { quotePath } from '../quoted.ts'
import { objectsOfUnit } from '../sync/pack.ts'
import { dropEmptyDirectories, makeEmptyDirectories } from './empty-directories.ts'
import { takeObjects } from './objects.ts'
import { bringRefs } from './refs.ts'
import { bringUnderWay } from './under-way.ts'

type Unit = MirrorUpdate['units'][number]

export interface UnitJob {
  unit: Unit
  /** Absolute: where its files go. */
  place: string
  /** Absolute: what is kept of it beside them. */
  kept: string
  /** Absolute: the pack that was brought as a file. */
  packFile: string | null
  /** Objects the mirror has of it. */
  tips: readonly string[]
}

/** A unit's repositories here: `raw` puts files into place as they are, `own` is the one an env gets. */
interface Repositories {
  raw: string
  own: string | null
  /** Reads and writes through `raw`. */
  env: Record<string, string>
}

/** Brings one repository of a mirror to its snapshot. Throws SYNC_STALE where objects are missing. */
export async function receiveUnit(git: Git, job: UnitJob, signal?: AbortSignal): Promise<void> {
  const { unit, place, kept } = job
  await mkdir(place, { recursive: true, mode: 0o700 })
  const repositories = await openRepositories(git, job)
  if (repositories.own !== null && unit.repository !== null) await writeShallow(repositories.own, unit.repository)
  await takeObjects(git, { ...job, env: repositories.env, directory: place, wanted: objectsOfUnit(unit) }, signal)
  await dropEmptyDirectories(place, kept, unit.empty)
  await putFiles(git, place, repositories, unit.state)
  await makeEmptyDirectories(place, kept, unit.empty)
  if (repositories.own !== null && unit.repository !== null)
    await describe(git, place, repositories, unit.repository, repositories.own)
}

async function openRepositories(git: Git, { unit, place, kept }: UnitJob): Promise<Repositories> {
  const raw = join(kept, 'raw.git')
  const own = unit.repository === null ? null : join(place, '.git')
  const init = ['init', '--quiet', '--template=', `--object-format=${unit.format}`]
  if (own !== null && !(await exists(join(own, 'HEAD')))) await git('/', [...init, '--', place])
  if (!(await exists(join(raw, 'info/attributes')))) {
    await git('/', [...init, '--bare', '--', raw])
    await mkdir(join(raw, 'info'), { recursive: true })
    // stronger than any .gitattributes of the project: files are written as they are
    await writeFile(join(raw, 'info/attributes'), '* -text -eol -ident -filter -working-tree-encoding\n')
  }
  const objects = join(own ?? raw, 'objects')
  const env = { GIT_DIR: raw, GIT_WORK_TREE: place, GIT_OBJECT_DIRECTORY: objects, GIT_NO_REPLACE_OBJECTS: '1' }
  const shallow: Record<string, string> = own === null ? {} : { GIT_SHALLOW_FILE: join(own, 'shallow') }
  return { raw, own, env: { ...env, ...shallow } }
}

/** Until the objects are there an older boundary must not hide that some are missing. */
async function writeShallow(own: string, { shallow }: SyncRepository): Promise<void> {
  if (shallow.some((oid) => !/^[0-9a-f]{40,64}$/.test(oid)))
    throw new AppError('GIT_FAILED', 'the boundary of a shallow repository is no list of commits')
  if (shallow.length === 0) await rm(join(own, 'shallow'), { force: true })
  else await writeFile(join(own, 'shallow'), `${shallow.join('\n')}\n`)
}

/** Makes the files those of the state, whatever they are now; a file that is right stays untouched. */
async function putFiles(git: Git, place: string, { raw, env }: Repositories, state: string): Promise<void> {
  await rm(join(raw, 'index.lock'), { force: true })
  const args = ['-c', 'core.symlinks=true', '-c', 'core.fileMode=true', 'read-tree', '--reset', '-u', state]
  await git(place, args, { env })
}

/** Refs, HEAD, settings and index: what makes it the user's repository once more. */
async function describe(
  git: Git,
  place: string,
  { raw }: Repositories,
  repository: SyncRepository,
  own: string,
): Promise<void> {
  await dropLocks(own)
  await writeConfig(own, repository)
  await mkdir(join(own, 'info'), { recursive: true })
  await writeFile(join(own, 'info/exclude'), repository.exclude)
  if (repository.sparse !== null) await writeFile(join(own, 'info/sparse-checkout'), repository.sparse.patterns)
  await bringRefs(git, place, repository)
  // the raw index knows the files by their times: only what git keeps otherwise is read again
  await copyFile(join(raw, 'index'), join(own, 'index'))
  const from = repository.index ?? repository.head
  await git(place, [...withoutHooks, ...(from === null ? ['read-tree', '--empty'] : ['read-tree', '--reset', from])])
  await bringUnderWay(git, { place, own }, repository.underWay)
  const absent = (repository.sparse?.absent ?? []).map((path) => `${quotePath(path)}\n`).join('')
  if (absent !== '') await git(place, ['update-index', '--skip-worktree', '--stdin'], { input: absent })
  await git(place, [...withoutHooks, 'update-index', '-q', '--refresh'], { allow: [1] })
}

/** First lines of the config: what `git init` wrote, kept as it is. */
async function writeConfig(own: string, { settings }: SyncRepository): Promise<void> {
  const base = join(own, 'config.berth')
  if ((await textIfAny(base)) === null) await copyFile(join(own, 'config'), base)
  const text = `${(await textIfAny(base)) ?? ''}${configText(portableSettings(settings))}`
  if ((await textIfAny(join(own, 'config'))) !== text) await writeFile(join(own, 'config'), text)
}

/** Locks of a git that was ended in the middle; whoever is here holds the mirror's own lock. */
async function dropLocks(own: string): Promise<void> {
  const names = (await readdir(own)).filter((name) => name.endsWith('.lock'))
  for (const name of names) await rm(join(own, name), { force: true })
}
