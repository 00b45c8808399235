import { dirname, isAbsolute, join, relative } from 'node:path'
import type { ProjectConfig } from '../config/model.ts'
import { AppError } from '../errors.ts'
import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { CopyRules } from '../ports.ts'
import { findProject } from '../projects/find-project.ts'
import { copyRules, withWorktreeInclude } from './copy-rules.ts'
import type { EnvDeps } from './deps.ts'
import { forgetEnv } from './forget-env.ts'
import type { CopyMethod, EnvRecord, EnvSource } from './model.ts'
import { parseName } from './name.ts'
import { prepareWorkspace } from './prepare-workspace.ts'
import { reserveEnv } from './reserve.ts'

/** What `berth create` asks for. */
export interface CreateRequest {
  name: string
  project?: string | undefined
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
  const draft = await draftEnv(deps, request, origin, name)
  const state = { env: draft }
  const steps = createSteps(deps, request, origin, state, scope)
  const work = () => runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, steps)
  const subject = { kind: 'env.create', envId: draft.id, input: request }
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

async function originOf(deps: EnvDeps, { source, project }: CreateRequest): Promise<Origin> {
  const given = project === undefined ? undefined : parseName(project, 'project')
  if (source.kind === 'empty') {
    if (given !== undefined)
      return { project: given, directory: null, source, config: await deps.loadConfig(deps.paths.home) }
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
  return { project: parseName(given ?? found.name, 'project'), directory, source: { ...source, directory }, config }
}

async function draftEnv(
  deps: EnvDeps,
  request: CreateRequest,
  { project, source, config }: Origin,
  name: string,
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
    composeFiles: composeFilesOf(source, request.composeFiles),
    subnet: '',
    phase: 'creating',
    desired: 'down',
    shared: request.serves === undefined ? [...new Set([...config.env.shared, ...request.shared])] : [],
    serves: request.serves ?? null,
    idleSince: null,
    extraNames: config.project.names,
    createdAt: deps.clock.now().toISOString(),
  }
}

/** A directory that stayed when its env was destroyed is never written into: the new one goes beside it. */
async function freeWorkspace({ files, paths }: EnvDeps, project: string, name: string, id: string): Promise<string> {
  const usual = paths.workspace(project, name)
  return (await files.exists(usual)) ? `${usual}-${id}` : usual
}

/** The files of --file, relative to the workspace; they must lie inside the project, for only that is copied. */
function composeFilesOf(source: EnvSource, composeFiles: string[]): string[] {
  if (source.kind === 'empty') return composeFiles
  return composeFiles.map((file) => {
    const path = isAbsolute(file) ? relative(source.directory, file) : file
    if (!path.startsWith('..')) return path
    throw new AppError('SOURCE_INVALID', `${file} lies outside the project ${source.directory}`)
  })
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
  return [
    {
      name: 'reserve',
      title: 'reserve its name and subnet',
      run: async () => void (state.env = await reserveEnv(deps, state.env, directory, scope.signal)),
      undo: () => forgetEnv(deps, state.env),
    },
    {
      name: 'workspace',
      title: 'copy the workspace',
      run: async () => change(await copyWorkspace(deps, request, config, state.env, scope)),
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

/** Copies the workspace; tells what of it is to be recorded. */
async function copyWorkspace(
  deps: EnvDeps,
  request: CreateRequest,
  config: ProjectConfig,
  env: EnvRecord,
  scope: OperationScope,
): Promise<Partial<EnvRecord>> {
  await deps.files.makeDirectory(dirname(env.workspace))
  const { method, directory, branch, baseCommit, skipped } = await deps.workspaces.create({
    source: env.source,
    workspace: env.workspace,
    branch: `berth/${env.name}`,
    rules: await rulesFor(deps, config, env.source),
    method: request.copyMethod === 'auto' ? config.env.copy.method : request.copyMethod,
    signal: scope.signal,
  })
  for (const { path, reason } of skipped) scope.emit({ type: 'warning', message: `${path} was not copied: ${reason}` })
  return { copyMethod: method, directory, branch, baseCommit }
}

/** The config's copy rules, and the patterns of the source's .worktreeinclude. */
async function rulesFor({ files }: EnvDeps, config: ProjectConfig, source: EnvSource): Promise<CopyRules> {
  const rules = copyRules(config.env)
  if (source.kind === 'empty') return rules
  return withWorktreeInclude(rules, (await files.readText(join(source.directory, '.worktreeinclude'))) ?? null)
}
