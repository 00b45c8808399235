import { quoteCommand } from '../../../lib/quote.ts'
import { AppError } from '../../errors.ts'
import type { RemoteDeps } from './deps.ts'
import { git, tryGit } from './repository.ts'

type CloneDeps = Pick<RemoteDeps, 'host' | 'environment'>

/** The user's own clone, from which is pushed. */
export interface Clone {
  /** Absolute path. */
  top: string
  /** The directory asked for, relative to the top; empty: the top itself. */
  directory: string
  remotes: { name: string; url: string }[]
}

/** The clone a directory lies in. Throws NOT_A_REPOSITORY. */
export async function showClone(deps: CloneDeps, directory: string): Promise<Clone> {
  const { exitCode, stdout } = await tryGit(deps, ['-C', directory, 'rev-parse', '--show-toplevel', '--show-prefix'])
  const [top = '', prefix = ''] = stdout.split('\n')
  if (exitCode !== 0 || top === '') throw new AppError('NOT_A_REPOSITORY', `${directory} is in no git repository`)
  return { top, directory: prefix.replace(/\/$/, ''), remotes: await remotesOf(deps, top) }
}

/** As they are written: insteadOf of the user's is about what they push to. */
async function remotesOf(deps: CloneDeps, directory: string): Promise<Clone['remotes']> {
  const words = ['-C', directory, 'config', '-z', '--get-regexp', '^remote\\..*\\.url$']
  const { stdout } = await tryGit(deps, words)
  return stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [key = '', url = ''] = entry.split('\n')
      return { name: key.slice('remote.'.length, -'.url'.length), url }
    })
}

/**
 * Gives a clone a remote; done twice is done once. The program git starts over there is told who pushes: SSH says only whose
 * account it is. Throws REMOTE_TAKEN, USAGE, NOT_A_REPOSITORY.
 */
export async function linkClone(
  deps: CloneDeps,
  { directory, name, url, by }: { directory: string; name: string; url: string; by: string },
): Promise<{ name: string; url: string }> {
  if (!/^\w[\w.-]{0,60}$/.test(name)) throw new AppError('USAGE', `${JSON.stringify(name)} cannot be a remote of git`)
  const { top, remotes } = await showClone(deps, directory)
  const before = remotes.find((one) => one.name === name)
  if (before && before.url !== url)
    throw new AppError('REMOTE_TAKEN', `the remote ${name} of ${top} leads to ${before.url}`)
  if (!before) await git(deps, ['-C', top, 'remote', 'add', name, url])
  const receive = quoteCommand(['env', `BERTH_PUSHER=${by}`, 'git-receive-pack'])
  await git(deps, ['-C', top, 'config', `remote.${name}.receivepack`, receive])
  return { name, url }
}

/** Takes the remotes that lead to an address from a clone; harmless where there is none, and where there is no clone. */
export async function unlinkClone(deps: CloneDeps, directory: string, url: string): Promise<string[]> {
  const clone = await showClone(deps, directory).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NOT_A_REPOSITORY') return undefined
    throw error
  })
  const names = clone?.remotes.filter((one) => one.url === url).map(({ name }) => name) ?? []
  for (const name of names) await git(deps, ['-C', clone?.top ?? directory, 'remote', 'remove', name])
  return names
}
