import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { AppError } from '../../../core/errors.ts'
import type { Git } from '../git.ts'
import { exists } from '../if-any.ts'
import { takeInArguments } from '../pack-file.ts'
import type { UnitJob } from './receive-unit.ts'

interface ObjectsJob extends UnitJob {
  env: Record<string, string>
  /** Where git runs. */
  directory: string
  /** What has to be there in the end, with all it leads to. */
  wanted: readonly string[]
}

/** Takes a pack in and looks whether all is there that was promised. Throws SYNC_STALE. */
export async function takeObjects(git: Git, job: ObjectsJob, signal?: AbortSignal): Promise<void> {
  const { unit, env, directory, wanted, tips } = job
  const file = await packFileOf(job)
  if (file !== null) await takePack(git, { directory, env, file }, signal)
  const missing = unit.repository?.partial ? ['--missing=allow-any'] : []
  // `--not` on stdin is understood since git 2.42 only
  const known = tips.filter((oid) => !wanted.includes(oid)).map((oid) => `^${oid}`)
  const input = [...wanted, ...known].map((line) => `${line}\n`).join('')
  const args = ['rev-list', '--objects', '--quiet', '--ignore-missing', ...missing, '--stdin']
  const checked = await git(directory, args, { env, input, allow: [1, 128], signal })
  const present = await git(directory, ['cat-file', '--batch-check'], {
    env,
    input: wanted.map((oid) => `${oid}\n`).join(''),
  })
  if (checked.exitCode === 0 && !present.stdout.includes(' missing')) return
  throw new AppError('SYNC_STALE', 'the mirror lacks objects it was thought to have', {
    details: { lines: checked.stderr.split('\n').slice(0, 5) },
  })
}

async function packFileOf({ unit, packFile, kept }: ObjectsJob): Promise<string | null> {
  if (unit.pack.kind === 'none') return null
  if (unit.pack.kind === 'file') return packFile
  const file = `${kept}/inline-${randomUUID()}.pack`
  await writeFile(file, Buffer.from(unit.pack.base64, 'base64'))
  return file
}

/** A pack is read as git reads it from the network: checked, made whole, and put into place in one move. */
async function takePack(
  git: Git,
  { directory, env, file }: { directory: string; env: Record<string, string>; file: string },
  signal?: AbortSignal,
): Promise<void> {
  if (!(await exists(file))) throw new AppError('SYNC_STALE', 'the objects that were sent are not there any more')
  const args = await takeInArguments(file)
  const taken = await git(directory, args, { env, inputFile: file, allow: [1, 128], signal })
  await rm(file, { force: true })
  if (taken.exitCode === 0) return
  if (/No space left on device|Disk quota exceeded/.test(taken.stderr))
    throw new AppError('DISK_FULL', 'no space is left for the objects of the project')
  throw new AppError('SYNC_STALE', 'the objects that were sent cannot be used', {
    details: { lines: taken.stderr.split('\n').slice(0, 5) },
  })
}
