import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { CopyMethod } from '../../core/envs/model.ts'
import { AppError } from '../../core/errors.ts'
import { copyAttributes } from './attributes.ts'
import { dropSubvolume, freezeSubvolume, isSubvolume } from './btrfs.ts'
import { copyLayer, mountReadOnly } from './commands.ts'
import { diskFull } from './copy-tree.ts'
import { plainEnvironment } from './environment.ts'
import { exists } from './if-any.ts'
import { unmountWorkspace } from './overlay.ts'
import { saysFull } from './parse.ts'
import { copyIndex } from './private-index.ts'
import type { WorkspaceRecord } from './records.ts'
import { removeDirectory } from './remove-tree.ts'
import type { WorkspaceTools } from './tools.ts'

type Tools = Pick<WorkspaceTools, 'host' | 'records' | 'temporary'>

/** Where the frozen state of a workspace is: a snapshot, or what an overlay's upper layer had by then. */
const frozenOf = ({ records }: Pick<Tools, 'records'>, workspace: string) => join(records.directory(workspace), 'start')

/** The state of a new workspace that is as its base is: no more than a link there, for bases never change. */
export async function linkBase(tools: Tools, workspace: string): Promise<void> {
  const base = (await tools.records.read(workspace))?.base ?? null
  if (base !== null) await symlink(join(base, 'tree'), frozenOf(tools, workspace))
}

/** Keeps the state a new workspace is in, where that takes no copy of all its files; tells whether it does. */
export async function freeze(tools: Tools, workspace: string, method: CopyMethod): Promise<boolean> {
  if (method === 'overlay') return freezeUpper(tools, workspace)
  return method === 'btrfs-snapshot' && freezeSnapshot(tools, workspace)
}

async function freezeSnapshot(tools: Tools, workspace: string): Promise<boolean> {
  try {
    await freezeSubvolume(tools.host, workspace, frozenOf(tools, workspace))
    return true
  } catch (error) {
    // a snapshot of the source itself can be on another file system than what is kept beside it
    if (error instanceof AppError && error.code === 'NOT_SUPPORTED') return false
    throw error
  }
}

/** Only what differs from the base is in the upper layer; of its repository no more than the index is needed. */
async function freezeUpper(tools: Tools, workspace: string): Promise<true> {
  const [upper, frozen] = [join(tools.records.directory(workspace), 'upper'), frozenOf(tools, workspace)]
  await mkdir(join(frozen, '.git'), { recursive: true, mode: 0o700 })
  const repository = join(upper, '.git')
  const names = (await exists(repository)) ? await readdir(repository) : []
  for (const name of names.filter((file) => file === 'index' || file.startsWith('sharedindex.')))
    await copyIndex(join(repository, name), join(frozen, '.git', name))
  const paths = (await readdir(upper)).filter((name) => name !== '.git').map((name) => join(upper, name))
  if (paths.length > 0) {
    const { exitCode, stderr } = await tools.host.run(copyLayer(paths, frozen), { env: plainEnvironment() })
    if (exitCode !== 0 && saysFull(stderr)) throw diskFull(frozen)
    if (exitCode !== 0) throw new AppError('WORKSPACE_FAILED', `the first state cannot be kept: ${stderr.trim()}`)
  }
  await copyAttributes(upper, frozen)
  return true
}

/** Lends the frozen files of a workspace; null where none are kept. */
export async function withFrozen<T>(
  tools: Tools,
  workspace: string,
  work: (files: string) => Promise<T>,
): Promise<T | null> {
  const [record, frozen] = [await tools.records.read(workspace), frozenOf(tools, workspace)]
  if (record === null || !(await exists(frozen))) return null
  if ((await lstat(frozen)).isSymbolicLink()) return work(await readlink(frozen))
  return record.method === 'overlay' ? withMounted(tools, record, frozen, work) : work(frozen)
}

async function withMounted<T>(
  { host, temporary }: Tools,
  { base }: WorkspaceRecord,
  frozen: string,
  work: (files: string) => Promise<T>,
): Promise<T> {
  const place = join(await temporary(), `start-${randomUUID()}`)
  await mkdir(place, { mode: 0o700 })
  try {
    const argv = mountReadOnly([frozen, join(base ?? '', 'tree')], place)
    const { exitCode, stderr } = await host.run(argv, { env: plainEnvironment() })
    if (exitCode !== 0) throw new AppError('WORKSPACE_FAILED', `the first state cannot be looked at: ${stderr.trim()}`)
    return await work(place)
  } finally {
    await unmountWorkspace(host, place)
  }
}

/** Removes the frozen state of a workspace; harmless where there is none. */
export async function dropFrozen(tools: Pick<Tools, 'host' | 'records'>, workspace: string): Promise<void> {
  const frozen = frozenOf(tools, workspace)
  if (await isSubvolume(frozen)) await dropSubvolume(tools.host, frozen)
  await removeDirectory(tools.host, frozen)
}
