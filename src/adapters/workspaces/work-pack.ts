import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Git } from './git.ts'
import { exists } from './if-any.ts'
import { keepOwnWork } from './own-work.ts'
import { commitsOf } from './pack-file.ts'
import type { WorkspaceTools } from './tools.ts'

interface PackJob {
  workspace: string
  baseCommit: string
  haves: readonly string[]
  file: string
}

/** Puts the objects of a workspace's work into a file for a repository elsewhere that has the commits `haves`. */
export async function packWork(
  tools: Pick<WorkspaceTools, 'git' | 'starts' | 'temporary'>,
  { workspace, baseCommit, haves, file }: PackJob,
): Promise<{ commit: string; mixed: string[]; packed: boolean }> {
  const { git } = tools
  const own = await keepOwnWork(tools, workspace, baseCommit)
  const known = (await commitsOf(git, workspace, haves)).map((oid) => `^${oid}`)
  const count = await git(workspace, ['rev-list', '--count', '--max-count=1', own.commit, ...known, '--'])
  if (Number(count.stdout) === 0) return { ...own, packed: false }
  if (await exists(file)) return { ...own, packed: true }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const unfinished = `${file}.tmp`
  await rm(unfinished, { force: true })
  const input = [own.commit, ...known].map((line) => `${line}\n`).join('')
  const args = ['pack-objects', '--revs', '--stdout', '--thin', '--delta-base-offset', '-q']
  await git(workspace, args, { input, appendTo: unfinished })
  await rename(unfinished, file)
  return { ...own, packed: true }
}

/** Commits of the repository that have a name, the newest first. */
export async function namedCommits(git: Git, directory: string): Promise<string[]> {
  const args = ['for-each-ref', '--count=300', '--sort=-committerdate', '--format=%(objectname)']
  const [named, head] = await Promise.all([
    git(directory, [...args, 'refs/heads', 'refs/remotes']),
    git(directory, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { allow: [1, 128] }),
  ])
  return [...new Set(`${head.stdout}\n${named.stdout}`.split('\n').filter((line) => line !== ''))]
}
