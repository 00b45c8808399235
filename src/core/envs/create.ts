import { isAbsolute, join, relative, resolve } from 'node:path'
import type { ProjectConfig } from '../config/model.ts'
import { AppError } from '../errors.ts'
import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import { findProject } from '../projects/find-project.ts'
import { type CallersMirror, noteIdentity, placeInMirrors } from '../projects/identity.ts'
import { nameForMirror } from '../projects/name-for.ts'
import { workspaceCopy } from './copy-workspace.ts'
import type { EnvDeps } from './deps.ts'
import { forgetEnv } from './forget-env.ts'
import type { CopyMethod, EnvRecord, EnvSource } from './model.ts'
import { aboutEnv, parseName, usableName } from './name.ts'
import { prepareWorkspace } from './prepare-workspace.ts'
import { refuseFullDisk, tokenOf } from './quota.ts'
import { reserveEnv } from './reserve.ts'

/** What `berth create` asks for. */
export interface CreateRequest {
  name: string
  project?: string | undefined
  /** What its project is called on the caller's own machine. */
  standing?: string | undefined
  /** The copy of that which it is made from. */
  mirror?: CallersMirror | undefined
  source: EnvSource
  /** Relative to the source directory. */
  composeFiles: string[]
  shared: string[]
  /** The service the new env is to be the shared instance of. */
  serves?: string
  copyMethod: 'auto' | Exclude<CopyMethod, 'empty'>
}

/**
 * Makes an env, or nothing: reserves its name, id and subnet, copies the workspace, renders its files and runs the
 * init hook. Throws NAME_INVALID, ENV_EXISTS, PROJECT_NOT_FOUND, SOURCE_INVALID, CONFIG_INVALID, SUBNET_EXHAUSTED,
 * WORKSPACE_FAILED, DISK_FULL, HOOK_FAILED.
 */
export async function createEnv(deps: EnvDeps, request: CreateRequest, scope: OperationScope): Promise<EnvRecord> {
  const name = parseName(request.name)
  const origin = await originOf(deps, request)
  const by = tokenOf(scope.actor)
  await refuseFullDisk(deps, by)
  const draft = await draftEnv(deps, request, origin, { name, by })
  const state = { env: draft }
  const steps = createSteps(deps, request, origin, state, scope)
  const work = () => runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, steps)
  const subject = { kind: 'env.create', ...aboutEnv(draft), input: request }
  await deps.locks.run(draft.id, () => withOperation(deps, scope, subject, work))
  return state.env
}

/** Undoes what an interrupted create may have left; harmless when it left nothing. */
export async function undoCreate(
  deps: Pick<EnvDeps, 'workspaces' | 'files' | 'store' | 'paths' | 'locks'>,
  env: EnvRecord,
): Promise<void> {
  await deps.workspaces.remove(env.workspace, env.copyMethod)
  await forgetEnv(deps, env)
}

/** The project a new env belongs to, and the source as its root: wherever in it the caller stands, all of it is copied. */
interface Origin {
  project: string
  /** Where the project lives; it need not be known yet. null for an empty env's, which lives nowhere. */
  directory: string | null
  source: EnvSource
  config: ProjectConfig
}

async function originOf(deps: EnvDeps, { source, project, standing, mirror }: CreateRequest): Promise<Origin> {
  const given = project === undefined ? undefined : parseName(project, 'project')
  if (source.kind === 'empty') {
    const name = given ?? (standing === undefined ? undefined : parseName(standing, 'project'))
    if (name !== undefined)
      return { project: name, directory: null, source, config: await deps.loadConfig(deps.paths.home) }
    throw new AppError('PROJECT_NOT_FOUND', 'an empty env needs the name of its project', {
      hint: 'pass --project NAME',
    })
  }
  if (!(await deps.files.isDirectory(source.directory)))
    throw new AppError('SOURCE_INVALID', `${source.directory} is not a directory`)
  const found = await findProject(deps, source.directory)
  if (!found) {
    throw new AppError(
      'PROJECT_NOT_FOUND',
      `${source.directory} is no project: it has no compose file, berth.toml or git repository`,
    )
  }
  const config = await deps.loadConfig(found.directory)
  const { directory } = found
  const wanted = parseName(given ?? config.project.name ?? standing ?? usableName(found.name), 'project')
  const origin = { project: wanted, directory, source: { ...source, directory }, config }
  if (given !== undefined || mirror === undefined) return origin
  return { ...origin, ...(await namedAsMirror(deps, wanted, directory, mirror)) }
}

/** A project of another machine has its name from there, but for one that is another project's here. */
async function namedAsMirror(deps: EnvDeps, wanted: string, directory: string, mirror: CallersMirror) {
  if (placeInMirrors(deps.paths.mirrors, directory)?.key !== mirror.key) return {}
  await noteIdentity(deps, mirror)
  const { name, joins } = await nameForMirror(deps, wanted, { directory, mirror })
  // one that joins another is known by that one's directory
  return joins ? { project: name, directory: null } : { project: name }
}

async function draftEnv(
  deps: EnvDeps,
  request: CreateRequest,
  { project, source, config }: Origin,
  { name, by }: { name: string; by: string | undefined },
): Promise<EnvRecord> {
  const id = deps.ids.short(6)
  const workspace = await freeWorkspace(deps, project, name, id)
  return {
    id,
    project,
    name,
    composeProject: `${project}-${name}-${id}`,
    source,
    workspace,
    directory: workspace,
    copyMethod: 'copy',
    branch: null,
    baseCommit: null,
    composeFiles: await composeFilesOf(deps, source, request.composeFiles),
    subnet: '',
    phase: 'creating',
    desired: 'down',
    shared: request.serves === undefined ? [...new Set([...config.env.shared, ...request.shared])] : [],
    serves: request.serves ?? null,
    idleSince: null,
    extraNames: config.project.names,
    ...(by === undefined ? {} : { by }),
    createdAt: deps.clock.now().toISOString(),
  }
}

/** A directory that stayed when its env was destroyed is never written into: the new one goes beside it. */
async function freeWorkspace({ files, paths }: EnvDeps, project: string, name: string, id: string): Promise<string> {
  const usual = paths.workspace(project, name)
  return (await files.exists(usual)) ? `${usual}-${id}` : usual
}

/** The files of --file, relative to the workspace; they must lie inside the project, for only that is copied. */
async function composeFilesOf({ files }: EnvDeps, source: EnvSource, composeFiles: string[]): Promise<string[]> {
  const directory = source.kind === 'empty' ? '/' : source.directory
  const inside = composeFiles.map((file) => {
    // `a/../../x` leads out as well as `../x`
    const path = relative('/p', resolve('/p', isAbsolute(file) ? relative(directory, file) : file))
    if (path !== '' && !path.startsWith('..')) return path
    throw new AppError('SOURCE_INVALID', `${file} lies outside the project ${directory}`, {
      hint: 'only what lies in the project is copied: put it there',
    })
  })
  // what a ref holds is known once it is checked out
  for (const file of source.kind === 'directory' ? inside : [])
    if (!(await files.exists(join(directory, file))))
      throw new AppError('COMPOSE_NOT_FOUND', `${directory} has no ${file}`, { hint: 'check what --file names' })
  return inside
}

function createSteps(
  deps: EnvDeps,
  request: CreateRequest,
  { directory, config }: Origin,
  state: { env: EnvRecord },
  scope: OperationScope,
): Step[] {
  const change = async (part: Partial<EnvRecord>) => {
    state.env = { ...state.env, ...part }
    await deps.store.updateEnv(state.env.id, part)
  }
  const workspace = workspaceCopy(deps, { ...request, source: state.env.source }, config, scope)
  return [
    {
      name: 'reserve',
      title: 'reserve its name and subnet',
      run: async () => {
        workspace.look()
        state.env = await reserveEnv(deps, state.env, directory, scope.signal)
      },
      undo: () => forgetEnv(deps, state.env),
    },
    {
      name: 'workspace',
      title: 'copy the workspace',
      run: async () => change(await workspace.copy(state.env)),
      undo: () => deps.workspaces.remove(state.env.workspace, state.env.copyMethod),
    },
    {
      name: 'prepare',
      title: 'render its files and run the init hook',
      run: () => prepareWorkspace(deps, config, state.env, scope),
      undo: () => deps.files.remove(deps.paths.envFiles(state.env.id)),
    },
    { name: 'ready', title: 'make it known', run: () => change({ phase: 'ready' }) },
  ]
}
