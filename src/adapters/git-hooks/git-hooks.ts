import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { GitHooks, Host } from '../../core/ports.ts'
import { withoutRepository } from '../../lib/git-environment.ts'
import { writeAtomic } from '../../lib/write-atomic.ts'

/** The hooks of repositories on this machine. */
export function createGitHooks(host: Pick<Host, 'run'>): GitHooks {
  const git = async (directory: string, ...args: string[]) => {
    const env = withoutRepository(process.env)
    const { exitCode, stdout } = await host.run(['git', ...args], { cwd: directory, env })
    return exitCode === 0 ? stdout.replace(/\n$/, '') : undefined
  }
  return {
    async place(directory) {
      const worktree = await git(directory, 'rev-parse', '--show-toplevel')
      const path = await git(directory, 'rev-parse', '--git-path', 'hooks')
      if (worktree === undefined || path === undefined) return undefined
      // "local<TAB>path"; git has said where that is, whoever set it
      const scope = (await git(directory, 'config', '--show-scope', '--get', 'core.hooksPath'))?.split('\t')[0]
      const set = scope === undefined ? 'default' : scope === 'local' || scope === 'worktree' ? 'local' : 'shared'
      return { directory: resolve(directory, path), set, worktree }
    },
    read: (place, name) => readFile(join(place.directory, name), 'utf8').catch(() => undefined),
    async write(place, name, text) {
      const file = join(place.directory, name)
      await mkdir(dirname(file), { recursive: true })
      await writeAtomic(file, text, 0o755)
    },
    move: (place, from, to) => rename(join(place.directory, from), join(place.directory, to)),
    remove: (place, name) => rm(join(place.directory, name), { force: true }),
    isTracked: async (place, name) =>
      (await git(place.worktree, 'ls-files', '--error-unmatch', '--', join(place.directory, name))) !== undefined,
  }
}
