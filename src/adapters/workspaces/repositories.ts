import { dirname, join } from 'node:path'
import type { Host } from '../../core/ports/host.ts'
import type { Repositories } from '../../core/ports/repositories.ts'
import { createGit, type Git } from './git.ts'
import { exists } from './if-any.ts'
import { readRepository } from './read-repository.ts'

/**
 * Repositories of this machine. What git says of one is remembered: it is asked for each command that is done elsewhere, and
 * a long history takes a while to walk.
 */
export function createRepositories(host: Host): Repositories {
  const git = createGit(host)
  const marks = new Map<string, string[]>()
  const tops = new Map<string, { nearest: string; top: string }>()
  return {
    async top(directory) {
      const nearest = await nearestRepository(directory)
      if (nearest === undefined) return directory
      const known = tops.get(directory)
      if (known?.nearest === nearest) return known.top
      const top = (await readRepository(git, directory).catch(() => null))?.top ?? directory
      tops.set(directory, { nearest, top })
      return top
    },
    async identity(top) {
      const found = marks.get(top) ?? (await marksOf(git, top))
      if (found.length > 0) marks.set(top, found)
      return found
    },
  }
}

/** Where the first `.git` upward lies. */
async function nearestRepository(directory: string): Promise<string | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return at
    if (dirname(at) === at) return undefined
  }
}

async function marksOf(git: Git, top: string): Promise<string[]> {
  const lines = async (...args: string[]) => {
    const { exitCode, stdout } = await git(top, args, { allow: [1, 128, 129] })
    return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : []
  }
  const [roots, remotes] = await Promise.all([
    lines('rev-list', '--max-parents=0', 'HEAD', '--'),
    lines('config', '--get-regexp', '^remote\\..*\\.url$'),
  ])
  const places = remotes.flatMap((line) => remotePlace(line.slice(line.indexOf(' ') + 1)))
  return [...new Set([...roots.map((commit) => `commit ${commit}`), ...places])]
}

/** `git@host:path.git`, `https://user@host/path` → `remote host/path`; none for a path of this machine. */
function remotePlace(url: string): string[] {
  const match =
    /^(?:[a-z+]+:\/\/)?(?:[^@/\s]+@)?([^:/\s]+\.[^:/\s]+|[^:/\s]+(?=:))(?::\d+(?=\/))?[:/](.+?)(?:\.git)?\/*$/.exec(url)
  return match ? [`remote ${match[1]?.toLowerCase()}/${match[2]?.replace(/^\/+/, '')}`] : []
}
