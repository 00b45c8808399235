import { mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecOptions, ExecResult } from '../../src/lib/exec.ts'
import type { TestBerth } from './berth.ts'
import { must } from './must.ts'
import { removeDirectory } from './remove-directory.ts'
import { temporaryPrefix } from './temporary.ts'

/** A git repository of a test's own, and a berth in it. */
export interface TestRepository {
  directory: string
  /** Writes files; directories are made. */
  write(files: Record<string, string>): Promise<void>
  read(path: string): Promise<string>
  git(...args: string[]): Promise<string>
  /** Runs berth in it. */
  berth(args: string[], options?: Omit<ExecOptions, 'env'>): Promise<ExecResult>
  remove(): Promise<void>
}

/** Makes one with these files, all of them added. */
export async function makeRepository(berth: TestBerth, files: Record<string, string>): Promise<TestRepository> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}repository-`)))
  const name = { GIT_AUTHOR_NAME: 'Ada', GIT_COMMITTER_NAME: 'Ada' }
  const email = { GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_EMAIL: 'ada@example.com' }
  const env = { ...berth.env, ...name, ...email }
  const repository: TestRepository = {
    directory,
    async write(more) {
      for (const [path, text] of Object.entries(more)) {
        await mkdir(dirname(join(directory, path)), { recursive: true })
        await writeFile(join(directory, path), text)
      }
    },
    read: (path) => readFile(join(directory, path), 'utf8'),
    git: (...args) => must(['git', ...args], { cwd: directory, env }),
    berth: (args, options) => berth.run(args, { cwd: directory, ...options }),
    remove: () => removeDirectory(directory),
  }
  await repository.git('init', '-q', '-b', 'main')
  await repository.write(files)
  await repository.git('add', '.')
  return repository
}
