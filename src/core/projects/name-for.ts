import type { EnvRecord, ProjectRecord } from '../envs/model.ts'
import type { ProjectDeps } from './deps.ts'
import { type CallersMirror, identityOf, isSameRepository, placeInMirrors } from './identity.ts'

/** What a project is called, and whether it is one that is known already, by another directory. */
export interface Naming {
  name: string
  joins: boolean
}

type NamingDeps = Pick<ProjectDeps, 'store' | 'files' | 'paths'>

/**
 * The name of a project that comes from another machine. Where another one has it, they are the same project if they are
 * copies of one repository; else this one gets the next number. A name nobody uses is free.
 */
export async function nameForMirror(
  deps: NamingDeps,
  wanted: string,
  { directory, mirror }: { directory: string; mirror: CallersMirror },
): Promise<Naming> {
  const [projects, envs] = await Promise.all([deps.store.projects(), deps.store.envs()])
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    const holder = projects.find((project) => project.name === name)
    const isFree = holder === undefined || holder.directory === directory || !isUsed(holder, envs)
    if (isFree) return { name, joins: false }
    if (await isSame(deps, holder, mirror)) return { name, joins: true }
  }
}

const isUsed = ({ name }: ProjectRecord, envs: readonly EnvRecord[]) => envs.some(({ project }) => project === name)

async function isSame(deps: NamingDeps, { directory }: ProjectRecord, { identity, prefix }: CallersMirror) {
  const place = placeInMirrors(deps.paths.mirrors, directory)
  if (place === null || place.prefix !== prefix) return false
  return isSameRepository(identity, await identityOf(deps, place.key))
}

/**
 * The project a caller on another machine stands in: the one of its copy here; before there is a copy, the one of that name,
 * unless that came from another repository. undefined: none of those that are here.
 */
export async function projectOfMirror(
  deps: NamingDeps,
  mirror: CallersMirror,
  standing: string,
): Promise<{ name: string; directory: string } | undefined> {
  const [projects, envs] = await Promise.all([deps.store.projects(), deps.store.envs()])
  const isIn = (directory: string) => {
    const place = placeInMirrors(deps.paths.mirrors, directory)
    return place?.key === mirror.key && place.prefix === mirror.prefix
  }
  const own = projects.find(({ directory }) => isIn(directory))
  if (own) return own
  const made = envs.find(({ source }) => source.kind !== 'empty' && isIn(source.directory))
  if (made && made.source.kind !== 'empty') return { name: made.project, directory: made.source.directory }
  const holder = projects.find(({ name }) => name === standing)
  const isOther = holder && placeInMirrors(deps.paths.mirrors, holder.directory) !== null
  if (isOther && !(await isSame(deps, holder, mirror))) return undefined
  return { name: standing, directory: '' }
}
