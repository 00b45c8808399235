import { basename, dirname, join, relative, sep } from 'node:path'
import { slug } from '../../lib/slug.ts'
import { composeProjectName } from '../compose/project-name.ts'
import type { ProjectDeps } from './deps.ts'

/** A project as found on disk: it need not be known to the store yet. */
export interface FoundProject {
  name: string
  /** Absolute, symlinks resolved. */
  directory: string
}

const marks = ['berth.toml', 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/**
 * The project a directory belongs to: inside an env's workspace that env's project; else the nearest directory upward
 * with a berth.toml or compose file; else the git repository around it. undefined where there is none.
 */
export async function findProject(
  deps: Pick<ProjectDeps, 'store' | 'files' | 'paths' | 'loadConfig'>,
  directory: string | undefined,
): Promise<FoundProject | undefined> {
  if (directory === undefined) return undefined
  const start = (await deps.files.realPath(directory)) ?? directory
  const owner = await ownerOfWorkspace(deps, start)
  if (owner) return owner
  const root =
    (await upward(start, (at) => hasMark(deps, at))) ??
    (await upward(start, (at) => deps.files.exists(join(at, '.git'))))
  return root === undefined ? undefined : { name: await nameOf(deps, root), directory: root }
}

async function ownerOfWorkspace(deps: Pick<ProjectDeps, 'store' | 'files' | 'paths'>, directory: string) {
  const workspaces = (await deps.files.realPath(deps.paths.workspaces)) ?? deps.paths.workspaces
  const inside = relative(workspaces, directory)
  if (inside.startsWith('..') || inside === '' || inside.startsWith(sep)) return undefined
  const project = inside.split(sep)[0]
  return (await deps.store.projects()).find(({ name }) => name === project)
}

async function hasMark({ files }: Pick<ProjectDeps, 'files'>, directory: string): Promise<boolean> {
  const names = new Set(await files.list(directory))
  return marks.some((mark) => names.has(mark))
}

async function upward(from: string, fits: (directory: string) => Promise<boolean>): Promise<string | undefined> {
  for (let at = from; ; at = dirname(at)) {
    if (await fits(at)) return at
    if (dirname(at) === at) return undefined
  }
}

/** The name the directory is known by; else what berth.toml, the compose files or the directory itself call it. */
async function nameOf(deps: Pick<ProjectDeps, 'store' | 'files' | 'loadConfig'>, directory: string): Promise<string> {
  const known = (await deps.store.projects()).find((project) => project.directory === directory)
  if (known) return known.name
  const { project } = await deps.loadConfig(directory)
  if (project.name !== null) return project.name
  const written = await composeProjectName(deps.files, directory, project.files)
  return written ?? (slug(basename(directory), 40) || 'project')
}
