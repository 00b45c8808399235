import type { RemoteDeps } from './deps.ts'
import type { Push, RemoteRecord } from './model.ts'
import { filesOf, git, tryGit } from './repository.ts'

type CheckOutDeps = Pick<RemoteDeps, 'host' | 'environment' | 'files' | 'paths'>

/**
 * Variables with which git reads what was pushed before it is taken: git keeps it apart until then, and throws it away where it
 * is refused.
 */
export function variablesOf(deps: Pick<RemoteDeps, 'paths'>, remote: RemoteRecord, { objects }: Pick<Push, 'objects'>) {
  const { repository } = filesOf(deps, remote)
  return {
    GIT_DIR: repository,
    ...(objects !== null && {
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: `${repository}/objects`,
    }),
  }
}

/** Files of Git LFS are left as the pointers git has of them: there is nowhere to fetch them from. */
const withoutFilters = [
  'filter.lfs.smudge=',
  'filter.lfs.process=',
  'filter.lfs.required=false',
  // a hook of the user's is about their own clones
  'core.hooksPath=/dev/null',
].flatMap((setting) => ['-c', setting])

/**
 * Has the directory of a remote hold the files of a commit, and those git ignores, which stay (a `.env`). As a clone has them:
 * also what `export-ignore` would keep out of an archive. Returns what is not as in a clone, in words. Throws PUSH_FAILED.
 */
export async function checkOut(
  deps: CheckOutDeps,
  remote: RemoteRecord,
  push: Pick<Push, 'objects'>,
  commit: string,
): Promise<string[]> {
  const { tree, index } = filesOf(deps, remote)
  await deps.files.makeDirectory(tree)
  const variables = { ...variablesOf(deps, remote, push), GIT_WORK_TREE: tree, GIT_INDEX_FILE: index }
  const inTree = (...words: string[]) => git(deps, ['-C', tree, ...withoutFilters, ...words], variables)
  // what a git that was killed holds for ever; only one push is here at a time
  await deps.files.remove(`${index}.lock`)
  await inTree('read-tree', '--reset', '-u', commit)
  await inTree('clean', '--quiet', '-ffd')
  const [modules, pointers] = await Promise.all([
    inTree('ls-files', '--stage', '-z'),
    inTree('ls-files', '-z', ':(attr:filter=lfs)'),
  ])
  return [...saySubmodules(modules), ...sayPointers(pointers)]
}

/** Entries of mode 160000 are commits of other repositories. */
function saySubmodules(stage: string): string[] {
  const paths = entries(stage)
    .filter((entry) => entry.startsWith('160000 '))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1))
  return paths.length === 0 ? [] : [`submodules are not pushed along, and empty here: ${paths.join(', ')}`]
}

function sayPointers(list: string): string[] {
  const paths = entries(list)
  const shown = paths.slice(0, 5).join(', ')
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : ''
  return paths.length === 0 ? [] : [`files of Git LFS are not pushed along, and only pointers here: ${shown}${more}`]
}

const entries = (text: string) => text.split('\0').filter((entry) => entry !== '')

/** The commit a branch is at; null: there is none. */
export async function tipOf(deps: CheckOutDeps, remote: RemoteRecord): Promise<string | null> {
  const words = ['rev-parse', '--quiet', '--verify', `refs/heads/${remote.branch}^{commit}`]
  const { exitCode, stdout } = await tryGit(deps, words, variablesOf(deps, remote, { objects: null }))
  return exitCode === 0 ? stdout.trim() : null
}

/** Whether a commit follows another one. */
export async function follows(
  deps: CheckOutDeps,
  remote: RemoteRecord,
  push: Pick<Push, 'objects'>,
  { commit, before }: { commit: string; before: string },
): Promise<boolean> {
  const { exitCode } = await tryGit(
    deps,
    ['merge-base', '--is-ancestor', before, commit],
    variablesOf(deps, remote, push),
  )
  return exitCode === 0
}
