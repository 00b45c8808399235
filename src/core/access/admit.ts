import { type EnvRef, findEnv } from '../envs/find-env.ts'
import type { EnvSource, ProjectRecord } from '../envs/model.ts'
import { splitQualifiedName } from '../envs/name.ts'
import { AppError } from '../errors.ts'
import type { ProjectDeps } from '../projects/deps.ts'
import { holds, sees } from './grants.ts'
import type { AccessLevel, Caller, Grant, TokenRecord } from './model.ts'
import { seenBy } from './seen-by.ts'

/** What a route says of who may ask it what (contract/route.ts). */
export interface Gate {
  access: AccessLevel
  /** What its input is about; the whole machine when absent. */
  subject?: 'env' | 'env-or-new' | 'source' | 'list' | 'caller' | undefined
  /** Whether it runs programs as the machine's user. */
  programs?: boolean | undefined
}

type AdmitDeps = Pick<ProjectDeps, 'store' | 'files' | 'paths' | 'loadConfig'>

/** The parts of an input that say what it is about. */
interface Subject {
  name?: string
  project?: string
  env?: EnvRef
  source?: EnvSource
  create?: { source: EnvSource } | null
  variables?: Record<string, string>
}

/**
 * A request as its caller may make it. For the owner: as it is. The holder of a token names envs and projects, never
 * directories of the machine: what is named is looked up among what the token is for, and what is not for it does not
 * exist. Throws ACCESS_DENIED, ENV_NOT_FOUND, ENV_AMBIGUOUS, PROJECT_NOT_FOUND.
 */
export async function admit(deps: AdmitDeps, caller: Caller, gate: Gate, input: unknown): Promise<unknown> {
  if (caller.kind === 'owner') return input
  const { token } = caller
  const { subject } = gate
  const given = input as Subject
  // without an env it is about all there are
  refuse(token, given.env === undefined && subject === 'env' ? { ...gate, subject: undefined } : gate)
  refuseVariables(token, given.variables)
  const asSeen = { ...deps, store: seenBy(deps.store, caller) }
  if (subject === 'source') return { ...given, ...(await knownSource(asSeen, token, given)) }
  if (given.env === undefined || subject === undefined || subject === 'caller') return input
  const mayBeNew = subject === 'env-or-new' && given.create !== null
  const env = await knownEnv(asSeen, token, given.env, mayBeNew)
  if (!given.create) return { ...given, env }
  const { source } = await knownSource(asSeen, token, { ...given.create, project: env.project })
  return { ...given, env, create: { ...given.create, source } }
}

function refuse({ access, programs, projects }: Grant, gate: Gate): void {
  if (!holds(access, gate.access))
    throw new AppError('ACCESS_DENIED', `this needs ${gate.access} access, and the token has ${access}`)
  if (gate.programs && !programs)
    throw new AppError('ACCESS_DENIED', 'the token does not let its holder run programs on the machine', {
      hint: 'its owner can issue one that does: berth login MACHINE --for WHOM --programs',
    })
  if (gate.subject === undefined && projects !== null)
    throw new AppError('ACCESS_DENIED', `this is about the whole machine, and the token is for ${projects.join(', ')}`)
}

/** A compose file puts variables anywhere, in the path of a mount too: who sets them can reach all the owner can. */
function refuseVariables({ programs }: Grant, variables: Record<string, string> = {}): void {
  const names = Object.keys(variables)
  if (!programs && names.length > 0)
    throw new AppError('ACCESS_DENIED', `the token does not let its holder set variables (${names.join(', ')})`)
}

/** The env that is meant, by name and project; one that is yet to be made, with the directory of its project. */
async function knownEnv(
  deps: AdmitDeps,
  token: TokenRecord,
  { name, project }: EnvRef,
  mayBeNew: boolean,
): Promise<EnvRef> {
  try {
    const found = await findEnv(deps, { name, project })
    return { name: found.name, project: found.project }
  } catch (error) {
    if (!mayBeNew || !(error instanceof AppError) || error.code !== 'ENV_NOT_FOUND') throw error
    const split = project === undefined ? splitQualifiedName(name) : undefined
    const qualified = split && (await knownProject(deps, token, split.project))
    const known = qualified ?? (await knownProject(deps, token, project))
    if (known === undefined) throw error
    return { name: qualified && split ? split.name : name, project: known.name, directory: known.directory }
  }
}

/** The project of that name; where none is named, the only one the token is for. */
async function knownProject({ store }: AdmitDeps, { projects }: TokenRecord, name: string | undefined) {
  const wanted = name ?? (projects?.length === 1 ? projects[0] : undefined)
  return (await store.projects()).find((known) => known.name === wanted)
}

/** What is made is made from a project this machine knows, wherever its holder stands. */
async function knownSource(
  deps: AdmitDeps,
  token: TokenRecord,
  { project, source = { kind: 'empty' } }: Pick<Subject, 'project' | 'source'>,
): Promise<{ project: string; source: EnvSource }> {
  if (source.kind === 'empty' && project !== undefined && sees({ kind: 'token', token }, project))
    return { project, source }
  const known = await knownProject(deps, token, project)
  if (known === undefined) {
    const what = project === undefined ? 'no project was named' : `no project ${project} is for this token`
    throw new AppError('PROJECT_NOT_FOUND', what, { hint: 'pass --project NAME' })
  }
  return { project: known.name, source: moved(source, known) }
}

function moved(source: EnvSource, { directory }: ProjectRecord): EnvSource {
  return source.kind === 'empty' ? source : { ...source, directory }
}
