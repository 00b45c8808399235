import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { parseName } from '../../envs/name.ts'
import { AppError } from '../../errors.ts'
import type { OperationScope } from '../../operations/run-steps.ts'
import type { Workspaces } from '../../ports/workspaces.ts'
import { findProject } from '../../projects/find-project.ts'
import type { ResultsRequest, SyncDeps, SyncMachine, TheirResults } from './deps.ts'
import { topOf } from './note.ts'
import { mirrorName } from './sync-project.ts'

type BackDeps = SyncDeps & { workspaces: Pick<Workspaces, 'takeWork' | 'haves' | 'merge'> }

/** What `berth pull --on` asks for. */
export interface PullFromRequest extends Omit<ResultsRequest, 'haves'> {
  machine: string
  /** Absolute: where the caller stands. */
  directory: string
  branch?: string | undefined
}

/** What came back into the user's repository. */
export interface BroughtFrom {
  project: string
  name: string
  branch: string
  commit: string
  commits: number
  mixed: string[]
}

/**
 * Brings an env's work from another machine into the user's repository as a branch; nothing checked out there changes.
 * What the machine sends is only ever read as git objects and put under a name chosen here. Throws GIT_FAILED,
 * GIT_CONFLICT, MACHINE_UNREACHABLE; cut off, the next one goes on.
 */
export async function pullFrom(deps: BackDeps, request: PullFromRequest, scope: OperationScope): Promise<BroughtFrom> {
  return (await bringFrom(deps, request, scope)).brought
}

/** The same, merged into what is checked out. Throws GIT_DIRTY, GIT_CONFLICT; both leave the repository as it was. */
export async function mergeFrom(
  deps: BackDeps,
  request: PullFromRequest,
  scope: OperationScope,
): Promise<BroughtFrom & { fastForward: boolean }> {
  const { brought, directory } = await bringFrom(deps, request, scope)
  const message = request.message ?? `Merge the env ${brought.name}`
  const { commit, fastForward } = await deps.workspaces.merge(directory, brought.branch, message)
  return { ...brought, commit, fastForward }
}

async function bringFrom(deps: BackDeps, request: PullFromRequest, scope: OperationScope) {
  const { message, env } = request
  const machine = await deps.syncMachine(request.machine)
  const here = await findProject(deps, request.directory)
  const haves = here === undefined ? [] : await deps.workspaces.haves(here.directory).catch(noRepository)
  const results = await machine.results({ env, message, haves })
  // of what the machine says, names become names here: nothing else of it does
  const name = parseName(results.name)
  const project = parseName(results.project, 'project')
  const directory = (await sourceOf(deps, results)) ?? (here?.name === project ? here.directory : undefined)
  if (directory === undefined)
    throw new AppError('PROJECT_NOT_FOUND', `the project ${project} is not here to bring the work of ${name} into`, {
      hint: `cd into the repository of ${project}, then run it again`,
    })
  const branch = request.branch ?? `berth/${name}`
  const taken = await deps.locks.run(`pull ${directory}`, () =>
    take(deps, machine, { results, directory, branch }, scope),
  )
  const { commit, mixed } = results
  return { directory, brought: { project, name, branch, commit, mixed, commits: taken.commits } }
}

/** A directory without a repository has nothing; whether the env can come back into it is seen later. */
const noRepository = (): string[] => []

async function take(
  deps: BackDeps,
  machine: SyncMachine,
  { results, directory, branch }: { results: TheirResults; directory: string; branch: string },
  { signal }: OperationScope,
): Promise<{ commits: number }> {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24)
  const note = join(deps.paths.sync, 'pulled', `${digest(`${machine.name}\0${results.envId}\0${branch}`)}.txt`)
  const file = results.file && join(deps.paths.sync, 'incoming', `${digest(`${machine.name}\0${results.file}`)}.pack`)
  if (file !== null && results.file !== null) {
    await deps.files.makeDirectory(join(deps.paths.sync, 'incoming'))
    await machine.fetchFile({ from: results.file, to: file, signal })
  }
  const before = (await deps.files.readText(note)) ?? null
  const { commit } = results
  try {
    const taken = await deps.workspaces.takeWork(directory, { branch, commit, file, before })
    await deps.files.writeText(note, commit)
    return taken
  } catch (error) {
    // what is damaged must not be gone on with
    if (file !== null && error instanceof AppError && error.code === 'GIT_FAILED') await deps.files.remove(file)
    throw error
  }
}

/** The directory the env's project came from, where it came from this BERTH_HOME. */
async function sourceOf(deps: BackDeps, { mirror }: TheirResults): Promise<string | undefined> {
  if (mirror === null) return undefined
  const top = await topOf(deps.files, deps.paths.sync, mirror.key)
  if (top === undefined || mirrorName(deps.homeId, top).key !== mirror.key) return undefined
  return (await deps.files.isDirectory(top)) ? join(top, safePrefix(mirror.prefix)) : undefined
}

function safePrefix(prefix: string): string {
  const parts = prefix.split('/').filter((part) => part !== '')
  return parts.includes('..') || prefix.includes('\0') ? '' : parts.join('/')
}
