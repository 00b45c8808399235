import { closest } from '../../lib/closest.ts'
import { AppError } from '../errors.ts'
import { findProject } from '../projects/find-project.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'
import { splitQualifiedName } from './name.ts'

/** Which env a caller means: a name, perhaps with its project, and where the caller stands. */
export interface EnvRef {
  name: string
  project?: string | undefined
  directory?: string | undefined
}

/**
 * The env a reference means. Throws ENV_NOT_FOUND, ENV_AMBIGUOUS. Order: the project named; the project of the
 * directory; the only env of that name anywhere; `project/name`.
 */
export async function findEnv(
  deps: Pick<EnvDeps, 'store' | 'files' | 'paths' | 'loadConfig'>,
  ref: EnvRef,
): Promise<EnvRecord> {
  const envs = (await deps.store.envs()).filter((env) => env.phase !== 'creating')
  const here = ref.project ?? (await findProject(deps, ref.directory))?.name
  const found = chooseEnv(envs, ref, here)
  if (found) return found
  const similar = similarTo(ref.name, envs)
  throw new AppError('ENV_NOT_FOUND', `no env is called ${ref.project ? `${ref.project}/` : ''}${ref.name}`, {
    details: { name: ref.name },
    ...(similar.length > 0 ? { hint: `did you mean ${similar.slice(0, 3).join(' or ')}?` } : {}),
  })
}

/** Envs a mistyped name may have meant: the nearest one, and those whose name holds it. */
function similarTo(typed: string, envs: readonly EnvRecord[]): string[] {
  const wanted = typed.split('/').at(-1) ?? typed
  const near = closest(
    wanted,
    envs.map(({ name }) => name),
  )
  const holding = envs.filter(({ name }) => name === near || (wanted.length > 2 && name.includes(wanted)))
  return holding.map(qualified)
}

const qualified = (env: EnvRecord) => `${env.project}/${env.name}`

function chooseEnv(envs: readonly EnvRecord[], ref: EnvRef, project: string | undefined): EnvRecord | undefined {
  // `feat/x` is accepted where the env was made as `feat/x` and is called feat-x
  const named = (name: string, of?: string) =>
    envs.filter(
      (env) =>
        (env.name === name || env.name === name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')) &&
        (of === undefined || env.project === of),
    )
  if (project !== undefined) {
    const [own] = named(ref.name, project)
    if (own || ref.project !== undefined) return own
  }
  const split = splitQualifiedName(ref.name)
  const [exact] = split ? named(split.name, split.project) : []
  if (exact) return exact
  const anywhere = named(ref.name)
  if (anywhere.length <= 1) return anywhere[0]
  throw new AppError('ENV_AMBIGUOUS', `${anywhere.length} projects have an env called ${ref.name}`, {
    hint: `name it as one of ${anywhere.map(qualified).join(', ')}`,
  })
}
