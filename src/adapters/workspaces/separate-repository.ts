import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Git } from './git.ts'
import { withoutHooks } from './git.ts'
import type { Setting } from './git-config.ts'
import { identityMissing, parseSettings, relativeRemotes, settingsText } from './git-config.ts'
import { textIfAny } from './if-any.ts'
import type { Repository } from './read-repository.ts'
import { pointHead, writeBranch } from './write-branch.ts'

/** First line of what Berth adds to the config of a workspace's repository. */
const marker = '# Added by Berth: this repository is a copy.'

/**
 * Makes a copied repository stand on its own: nothing in it leads back into the user's, commits are made in the same
 * name, and the index counts as fresh although every file is a new one.
 */
export async function separateRepository(git: Git, repository: Repository, workspace: string): Promise<void> {
  const config = join(workspace, '.git/config')
  if ((await readFile(config, 'utf8')).includes(marker)) return
  for (const file of [config, `${config}.worktree`]) await forgetWorkTree(git, file)

  const theirs = await settingsOf(git, repository.top)
  // the same settings are in force in both, but for those that are included, perhaps by where the repository is
  const ours = theirs.some(([key]) => key.startsWith('include')) ? await settingsOf(git, workspace) : theirs
  const settings: Setting[] = [
    ['core.bare', 'false'],
    // The copied index knows files by size and time, which were kept; inode and ctime could not be
    ['core.checkStat', 'minimal'],
    ['core.trustctime', 'false'],
    ...hooksInside(theirs, repository.top, workspace),
    ...identityMissing(theirs, ours),
  ]
  await appendFile(config, `\n${marker}\n${settingsText(settings)}`)
  for (const [key, value] of relativeRemotes(theirs, (path) => resolve(repository.top, path)))
    await git(workspace, ['config', '--local', '--replace-all', key, value])
  await makeAlternatesAbsolute(
    join(repository.commonDirectory, 'objects'),
    join(workspace, '.git/objects/info/alternates'),
  )
}

/** Puts HEAD on a branch of its own at the same commit; index and files stay as they are. */
export async function startBranch(git: Git, workspace: string, branch: string, commit: string | null): Promise<void> {
  const ref = `refs/heads/${branch}`
  const message = ['-m', 'berth: created']
  if (commit !== null && !(await writeBranch(workspace, ref, commit))) {
    const update = [...withoutHooks, 'update-ref', ...message, ref, commit]
    if ((await git(workspace, update, { allow: [128] })).exitCode !== 0) {
      await dropBranchesInTheWay(git, workspace, ref)
      await git(workspace, update)
    }
  }
  if (!(await pointHead(workspace, ref)))
    await git(workspace, [...withoutHooks, 'symbolic-ref', ...message, 'HEAD', ref])
}

/** The user's branch `berth` leaves no room for `berth/x`; in the copy it can go. */
async function dropBranchesInTheWay(git: Git, workspace: string, ref: string): Promise<void> {
  const parts = ref.split('/')
  const above = parts.slice(3).map((_, index) => parts.slice(0, index + 3).join('/'))
  const listed = await git(workspace, ['for-each-ref', '--format=%(refname)', `${ref}/`])
  const below = listed.stdout.split('\n').filter((name) => name !== '')
  for (const name of [...above, ...below]) await git(workspace, [...withoutHooks, 'update-ref', '-d', name])
}

/** A submodule's repository names the directory of its files, which are the user's. */
async function forgetWorkTree(git: Git, file: string): Promise<void> {
  if (!/worktree/i.test((await textIfAny(file)) ?? '')) return
  // not in the workspace: git would look for that directory first
  await git('/', ['config', '--file', file, '--unset-all', 'core.worktree'], { allow: [5] })
}

async function settingsOf(git: Git, directory: string): Promise<Setting[]> {
  return parseSettings((await git(directory, ['config', '--list', '-z'])).stdout)
}

/** Hooks kept inside the project and named by their absolute path are those of the copy. */
function hooksInside(settings: readonly Setting[], top: string, workspace: string): Setting[] {
  const path = new Map(settings).get('core.hookspath')
  return path?.startsWith(`${top}/`) ? [['core.hooksPath', join(workspace, path.slice(top.length))]] : []
}

async function makeAlternatesAbsolute(objects: string, file: string): Promise<void> {
  const text = await textIfAny(file)
  if (text === null) return
  const lines = text.split('\n').map((line) => (line === '' || line.startsWith('#') ? line : resolve(objects, line)))
  await writeFile(file, lines.join('\n'))
}
