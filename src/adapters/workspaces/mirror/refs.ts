import { AppError } from '../../../core/errors.ts'
import type { SyncRepository } from '../../../core/machines/sync/model.ts'
import type { Git } from '../git.ts'
import { withoutHooks } from '../git.ts'

/** Makes the refs those of the snapshot, no more and no fewer, and HEAD too. */
export async function bringRefs(git: Git, directory: string, { refs, head, branch }: SyncRepository): Promise<void> {
  for (const name of Object.keys(refs)) refuseOdd(name)
  if (branch !== null) refuseOdd(branch)
  const listed = await git(directory, ['for-each-ref', '--format=%(refname) %(objectname)'])
  const now = new Map(
    listed.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])),
  )
  // HEAD must not stand on a branch while that is taken away
  if (head !== null) await git(directory, [...withoutHooks, 'update-ref', '--no-deref', 'HEAD', head])
  const gone = [...now.keys()].filter((name) => !Object.hasOwn(refs, name))
  const set = Object.entries(refs).filter(([name, oid]) => now.get(name) !== oid)
  // a branch `a` has to be gone before there can be one called `a/b`
  await update(
    git,
    directory,
    gone.map((name) => `delete ${name}\n`),
  )
  await update(
    git,
    directory,
    set.map(([name, oid]) => `update ${name} ${oid}\n`),
  )
  if (branch !== null) await git(directory, [...withoutHooks, 'symbolic-ref', 'HEAD', branch])
}

async function update(git: Git, directory: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return
  await git(directory, [...withoutHooks, 'update-ref', '--stdin'], { input: commands.join('') })
}

function refuseOdd(name: string): void {
  // eslint-disable-next-line no-control-regex
  if (/^refs\/(?:heads|tags|remotes)\/[^\s\x00-\x1f~^:?*[\\]+$/.test(name) && !/\.\.|\/\.|\.lock$|\/$/.test(name))
    return
  throw new AppError('GIT_FAILED', `${JSON.stringify(name)} is no name of a branch or tag`)
}
