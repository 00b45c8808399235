import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalHost } from '../../src/adapters/host/local-host.ts'
import { createWorkspaces } from '../../src/adapters/workspaces/workspaces.ts'
import type { WorkspaceRequest } from '../../src/core/ports.ts'
import type { Files, WorkspacesWorld } from '../contracts/workspaces.ts'
import { removeDirectory } from './remove-directory.ts'

const run = promisify(execFile)

/** Who commits in tests; the machine's own git config is left out. */
const gitEnvironment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}

/** git in a directory; what it wrote to stdout. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const options = { env: gitEnvironment, maxBuffer: 64 * 1024 * 1024 }
  return (await run('git', ['-C', directory, ...args], options)).stdout
}

export interface GitWorld extends WorkspacesWorld {
  /** Everything of the world is below it; `state` is the state directory of its workspaces. */
  root: string
  state: string
}

/** Real directories and repositories in a directory of their own below `parent`, copied by one method. */
export async function openGitWorld({
  parent = tmpdir(),
  method = 'auto',
}: {
  parent?: string
  method?: WorkspaceRequest['method']
} = {}): Promise<GitWorld> {
  const root = await mkdtemp(join(parent, 'berth-workspaces-'))
  const state = join(root, 'state')
  await mkdir(state)
  const workspaces = createWorkspaces({ host: createLocalHost(), stateDirectory: state })
  let made = 0
  const write = async (directory: string, files: Files) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text)
    }
  }
  const commit = async (directory: string, message: string) => {
    await git(directory, 'add', '--all')
    await git(directory, 'commit', '--quiet', '--allow-empty', '-m', message)
    return (await git(directory, 'rev-parse', 'HEAD')).trim()
  }
  return {
    root,
    state,
    method,
    workspaces: workspaces,
    async directory(files, options = {}) {
      const directory = join(root, `source-${(made += 1)}`)
      await mkdir(directory)
      await write(directory, files)
      if (options.git) {
        await git(directory, 'init', '--quiet', '--initial-branch=main')
        if (options.git !== 'no commits') await commit(directory, 'first')
      }
      return directory
    },
    freePath: (name) => join(root, `workspace-${name}`),
    write,
    read: readTree,
    erase: (directory, path) => rm(join(directory, path), { recursive: true }),
    exists: (directory) =>
      stat(directory).then(
        () => true,
        () => false,
      ),
    commit,
    async branch(directory, branch) {
      const paths = (await git(directory, 'ls-tree', '-r', '-z', '--name-only', branch)).split('\0').slice(0, -1)
      const texts = await Promise.all(paths.map((path) => git(directory, 'show', `${branch}:${path}`)))
      return Object.fromEntries(paths.map((path, index) => [path, texts[index] ?? '']))
    },
    async close() {
      for (const { workspace, method } of await workspaces.list()) await workspaces.remove(workspace, method)
      await removeDirectory(root)
    },
  }
}

async function readTree(directory: string): Promise<Files> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((path) => !path.startsWith('.git/'))
  const texts = await Promise.all(paths.map((path) => readFile(join(directory, path), 'utf8')))
  return Object.fromEntries(paths.map((path, index) => [path, texts[index] ?? '']))
}
