import { cp, mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { images } from './images.ts'
import { must } from './must.ts'
import { removeDirectory } from './remove-directory.ts'
import { temporaryPrefix } from './temporary.ts'

/** A project directory of a test's own, below the temporary directory. */
export interface TestProject {
  directory: string
  /** Writes a file, its directories too. */
  write(path: string, text: string): Promise<void>
  /** Runs git in it; returns what it printed. */
  git(...args: string[]): Promise<string>
  /** Removes the directory. */
  remove(): Promise<void>
}

/** Two services that start at once, one of them built here, with a fixed port and a name: what collides without Berth. */
export const twoServices = `
services:
  web:
    build: .
    container_name: berth-test-web
    ports: ["18080:80"]
    init: true
  store:
    image: ${images.busybox}
    command: sleep 100000
    volumes: ["data:/data"]
    init: true
volumes:
  data:
`

const twoServiceFiles = {
  'compose.yaml': twoServices,
  Dockerfile: `FROM ${images.busybox}\nCOPY site /site\nCMD ["httpd", "-f", "-p", "80", "-h", "/site"]\n`,
  'site/index.html': 'hello\n',
}

/** A project with these files (path → text); `twoServices` unless said otherwise. A git repo with one commit. */
export async function makeProject(
  files: Record<string, string> = twoServiceFiles,
  { name = 'project', git = true }: { name?: string; git?: boolean } = {},
): Promise<TestProject> {
  const project = await emptyProject(name)
  for (const [path, text] of Object.entries(files)) await project.write(path, text)
  if (git) await firstCommit(project)
  return project
}

const example = join(import.meta.dirname, '..', '..', 'examples', 'shop')

/** A copy of examples/shop as a user has it: a git repo, with the dependencies installed and .env there, both ignored. */
export async function copyExample(): Promise<TestProject> {
  const project = await emptyProject('shop')
  await cp(example, project.directory, { recursive: true })
  await firstCommit(project)
  return project
}

async function emptyProject(name: string): Promise<TestProject> {
  // macOS keeps its temporary directory behind a link; Berth tells real paths
  const root = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}project-`)))
  const directory = join(root, name)
  await mkdir(directory)
  return {
    directory,
    async write(path, text) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text)
    },
    git: (...args) => must(['git', '-C', directory, ...args]),
    // what a daemon or a container that is just ending still writes there is in nobody's way
    remove: () => removeDirectory(root),
  }
}

async function firstCommit(project: TestProject): Promise<void> {
  await project.git('init', '--quiet', '--initial-branch=main')
  await project.git('config', 'user.name', 'Test')
  await project.git('config', 'user.email', 'test@example.com')
  await project.git('add', '--all')
  await project.git('commit', '--quiet', '--allow-empty', '--message=first')
}
