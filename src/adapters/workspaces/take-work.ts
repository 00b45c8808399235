import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { bytesOf } from './bytes.ts'
import type { Git } from './git.ts'
import { countNew, fetchBranch, refuseCheckedOut } from './git-pull.ts'
import { takeInArguments } from './pack-file.ts'
import { quotePath } from './quoted.ts'
import type { WorkspaceTools } from './tools.ts'

interface TakeJob {
  directory: string
  branch: string
  commit: string
  file: string | null
  before: string | null
}

type Tools = Pick<WorkspaceTools, 'git' | 'temporary'>

/** Takes in work that was packed elsewhere. Throws GIT_CONFLICT, NAME_INVALID, and GIT_FAILED for objects that are not sound. */
export async function takeWork(tools: Tools, job: TakeJob): Promise<{ commits: number }> {
  const { directory, branch, commit, file, before } = job
  const { git } = tools
  await refuseOdd(git, directory, branch)
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw unsound()
  await refuseCheckedOut(git, directory, branch)
  if (file !== null) await takeObjects(tools, directory, file, commit)
  const ref = `refs/heads/${branch}`
  const there = await git(directory, ['rev-parse', '--verify', '--quiet', ref], { allow: [1] })
  const force = before !== null && there.stdout.trim() === before
  await fetchBranch(git, { directory, from: '.', what: commit, branch, force })
  if (file !== null) await rm(file, { force: true })
  return { commits: await countNew(git, directory, ref) }
}

/**
 * Objects of another machine are looked at in a place of their own first: no name in them may lead outside a working tree
 * or into `.git`, and none may be missing. Only then they go into the user's repository.
 */
async function takeObjects({ git, temporary }: Tools, directory: string, file: string, commit: string): Promise<void> {
  const quarantine = join(await temporary(), `objects-${randomUUID()}`)
  const objects = await git(directory, ['rev-parse', '--path-format=absolute', '--git-path', 'objects'])
  const theirs = quotePath(bytesOf(objects.stdout.replace(/\n$/, '')))
  const env = {
    GIT_OBJECT_DIRECTORY: quarantine,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: theirs,
    GIT_NO_REPLACE_OBJECTS: '1',
  }
  try {
    await mkdir(join(quarantine, 'pack'), { recursive: true, mode: 0o700 })
    const check = ['index-pack', '--fsck-objects', '--fix-thin', '--stdin']
    const checked = await git(directory, check, { env, inputFile: file, allow: [1, 128] })
    if (checked.exitCode !== 0) throw unsound(checked.stderr)
    const walk = ['rev-list', '--objects', '--quiet', '--missing=allow-promisor', commit, '--not', '--all', '--']
    const whole = await git(directory, walk, { env, allow: [1, 128] })
    if (whole.exitCode !== 0) throw unsound(whole.stderr)
    await git(directory, await takeInArguments(file), { inputFile: file })
  } finally {
    await rm(quarantine, { recursive: true, force: true })
  }
}

async function refuseOdd(git: Git, directory: string, branch: string): Promise<void> {
  const { exitCode } = await git(directory, ['check-ref-format', `refs/heads/${branch}`], { allow: [1] })
  if (exitCode === 0 && !branch.startsWith('-')) return
  throw new AppError('NAME_INVALID', `${JSON.stringify(branch)} cannot be the name of a branch`, {
    hint: 'pass --branch NAME',
  })
}

function unsound(stderr = ''): AppError {
  const lines = stderr.split('\n').filter((line) => line !== '')
  return new AppError('GIT_FAILED', 'what the machine sent is not sound, and nothing of it was taken in', {
    hint: 'run it again; if it stays so, do not trust that machine',
    details: { lines: lines.slice(-5) },
  })
}
