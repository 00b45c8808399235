import { closest } from '../../lib/closest.ts'
import { AppError } from '../errors.ts'
import { type FoundProject, findProject } from '../projects/find-project.ts'
import type { CallersMirror } from '../projects/identity.ts'
import { projectOfMirror } from '../projects/name-for.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'
import { qualifiedName, splitQualifiedName } from './name.ts'

/** Which env a caller means: a name, perhaps with its project, and where the caller stands. */
export interface EnvRef {
  name: string
  project?: string | undefined
  directory?: string | undefined
  /** Project the caller stands in, where that is on another machine. */
  standing?: string | undefined
  /** The copy of that project on this one. */
  mirror?: CallersMirror | undefined
}

/**
 * The env a reference means: of the project named, else of the directory's; `project/name` means the same everywhere.
 * Outside of any project it may be the only one of its name. Throws ENV_NOT_FOUND, ENV_AMBIGUOUS.
 */
export async function findEnv(
  deps: Pick<EnvDeps, 'store' | 'files' | 'paths' | 'loadConfig'>,
  ref: EnvRef,
): Promise<EnvRecord> {
  const envs = (await deps.store.envs()).filter((env) => env.phase !== 'creating')
  const here = ref.project === undefined ? await whereabouts(deps, ref) : undefined
  const found = chooseEnv(envs, ref, here)
  if (found) return found
  const similar = similarTo(ref.name, envs)
  throw new AppError('ENV_NOT_FOUND', `no env is called ${ref.project ? `${ref.project}/` : ''}${ref.name}`, {
    details: { name: ref.name },
    ...(similar.length > 0 ? { hint: `did you mean ${similar.slice(0, 3).join(' or ')}?` } : {}),
  })
}

/** The project the caller stands in: by its name where that is on another machine, which has no directory here. */
async function whereabouts(deps: Parameters<typeof findProject>[0], { standing, mirror, directory }: EnvRef) {
  if (standing === undefined) return findProject(deps, directory)
  if (mirror === undefined) return { name: standing, directory: '' }
  // one that is not here has no env here
  return (await projectOfMirror(deps, mirror, standing)) ?? { name: '', directory: '' }
}

/** Envs a mistyped name may have meant: the nearest one, and those whose name holds it. */
function similarTo(typed: string, envs: readonly EnvRecord[]): string[] {
  const wanted = typed.split('/').at(-1) ?? typed
  const near = closest(
    wanted,
    envs.map(({ name }) => name),
  )
  const holding = envs.filter(({ name }) => name === near || (wanted.length > 2 && name.includes(wanted)))
  return holding.map(qualifiedName)
}

function chooseEnv(envs: readonly EnvRecord[], ref: EnvRef, here: FoundProject | undefined): EnvRecord | undefined {
  // `feat/x` is accepted where the env was made as `feat/x` and is called feat-x
  const named = (name: string, of?: string) =>
    envs.filter(
      (env) =>
        (env.name === name || env.name === name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')) &&
        (of === undefined || env.project === of),
    )
  if (ref.project !== undefined) return named(ref.name, ref.project)[0]
  const own = here && (named(ref.name, here.name)[0] ?? named(ref.name).find((env) => isFrom(env, here.directory)))
  if (own) return own
  const split = splitQualifiedName(ref.name)
  const [exact] = split ? named(split.name, split.project) : []
  if (exact) return exact
  // another project's env of the same name is not what `up` here, or `destroy`, is about
  if (here) return undefined
  const anywhere = named(ref.name)
  if (anywhere.length <= 1) return anywhere[0]
  throw new AppError('ENV_AMBIGUOUS', `${anywhere.length} projects have an env called ${ref.name}`, {
    hint: `name it as one of ${anywhere.map(qualifiedName).join(', ')}`,
  })
}

/** Made from the directory when that went by another name. */
function isFrom({ source }: EnvRecord, directory: string): boolean {
  return source.kind !== 'empty' && source.directory === directory
}
