import { basename, dirname } from 'node:path'
import { AppError } from '../errors.ts'
import type { EngineContainer } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import type { EnvRecord } from './model.ts'
import { borrowedContainers } from './shared/borrowed.ts'
import { reachableContainers } from './shared/reachable.ts'
import { type EnvView, viewEnv } from './view.ts'

type ShowDeps = Pick<
  EnvDeps,
  'store' | 'engine' | 'files' | 'paths' | 'homeId' | 'network' | 'loadConfig' | 'upRecords' | 'observed' | 'endings'
> & {
  /** Env id → how many sessions run in it. */
  runningSessions: () => Promise<Map<string, number>>
}

/** How long a daemon that has just started waits for its engine's first answer, ms: before, all would look broken. */
const patience = 10_000

/** All envs of this machine, or of one project, as last observed: no question to the engine, so 1,000 cost no more. */
export async function listEnvs(deps: ShowDeps, project?: string): Promise<EnvView[]> {
  const all = await deps.store.envs()
  const envs = all.filter((env) => project === undefined || env.project === project)
  if (envs.some(({ desired }) => desired === 'up')) await deps.observed.firstLook(patience)
  const [sessions, present] = await Promise.all([deps.runningSessions(), presentWorkspaces(deps, envs)])
  return Promise.all(
    envs.map(async (env) => {
      const record = await deps.upRecords.read(env.id)
      const borrowed = borrowedContainers(all, env, record, (id) => deps.observed.of(id))
      const facts = {
        record,
        endings: deps.endings(),
        containers: [...deps.observed.of(env.id), ...borrowed],
        workspaceExists: present.has(env.workspace),
        sessions: sessions.get(env.id) ?? 0,
      }
      return viewEnv(env, facts, deps.network.proxyPort)
    }),
  )
}

/** One env, asked of the engine. Throws ENV_NOT_FOUND, ENV_AMBIGUOUS. */
export async function showEnv(deps: ShowDeps, ref: EnvRef): Promise<EnvView> {
  return showRecord(deps, await findEnv(deps, ref))
}

/** The view of an env at hand. Without an engine: what the record says. */
export async function showRecord(deps: ShowDeps, env: EnvRecord): Promise<EnvView> {
  const [record, containers, sessions, workspaceExists] = await Promise.all([
    deps.upRecords.read(env.id),
    containersOrNone(deps, env),
    deps.runningSessions(),
    deps.files.exists(env.workspace),
  ])
  return viewEnv(
    env,
    { record, containers, endings: deps.endings(), workspaceExists, sessions: sessions.get(env.id) ?? 0 },
    deps.network.proxyPort,
  )
}

async function containersOrNone(deps: ShowDeps, env: EnvRecord): Promise<EngineContainer[]> {
  try {
    return await reachableContainers(deps, env)
  } catch (error) {
    if (error instanceof AppError && error.code === 'ENGINE_UNAVAILABLE') return []
    throw error
  }
}

/** Which workspaces are there: one directory read a project instead of one question an env. */
async function presentWorkspaces({ files }: ShowDeps, envs: readonly EnvRecord[]): Promise<Set<string>> {
  const byParent = Map.groupBy(envs, ({ workspace }) => dirname(workspace))
  const present = new Set<string>()
  for (const [parent, own] of byParent) {
    const names = new Set(await files.list(parent))
    for (const { workspace } of own) if (names.has(basename(workspace))) present.add(workspace)
  }
  return present
}
