import { dirname } from 'node:path'
import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import { finishAlways } from '../operations/finish-always.ts'
import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { EnvDeps } from './deps.ts'
import { stopSteps } from './down.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import { forgetEnv } from './forget-env.ts'
import { lockEnv } from './lock-env.ts'
import type { EnvRecord } from './model.ts'
import { aboutEnv } from './name.ts'
import { usersOf } from './shared/users.ts'

/** What `berth destroy` asks for. */
export interface DestroyRequest {
  env: EnvRef
  keepWorkspace: boolean
}

/** Removes an env without a trace (but its workspace, when that is to be kept). Once begun it is always finished. */
export async function destroyEnv(deps: EnvDeps, request: DestroyRequest, scope: OperationScope): Promise<EnvRecord> {
  const found = await findEnv(deps, request.env)
  const work = async (env: EnvRecord) => {
    await refuseWhileUsed(deps, env)
    return tearDown(deps, env, request, scope)
  }
  try {
    return await lockEnv(deps, found, work, { signal: scope.signal, destroying: true })
  } catch (error) {
    // destroyed by someone else while this waited for its turn: as was wished
    if (error instanceof AppError && error.code === 'ENV_NOT_FOUND') return found
    throw error
  }
}

/** Destroys an env, under its lock. */
export async function tearDown(
  deps: EnvDeps,
  env: EnvRecord,
  { keepWorkspace }: Pick<DestroyRequest, 'keepWorkspace'>,
  asked: OperationScope,
): Promise<EnvRecord> {
  const scope = finishAlways(asked)
  return withOperation(deps, scope, { kind: 'env.destroy', ...aboutEnv(env), input: { keepWorkspace } }, async () => {
    await deps.store.updateEnv(env.id, { phase: 'destroying', desired: 'down' })
    const steps = [
      { name: 'sessions', title: 'end its sessions', run: () => deps.endSessions(env.id) },
      ...(await engineSteps(deps, env, scope)),
      keepWorkspace ? leaveWorkspace(deps, env) : removeWorkspace(deps, env),
      { name: 'forget', title: 'give back its name and subnet', run: () => forget(deps, env) },
    ]
    await runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, steps)
    return env
  })
}

/** An env for which nothing was ever planned has nothing in the engine: it can go without one. */
async function engineSteps(deps: EnvDeps, env: EnvRecord, scope: OperationScope): Promise<Step[]> {
  if (!(await deps.files.exists(deps.paths.override(env.id)))) return []
  const built = [`${labels.home}=${deps.homeId}`, `${labels.env}=${env.id}`]
  const images = () => deps.engine.removeImages(built)
  return [
    ...stopSteps(deps, env, { volumes: true }, scope),
    { name: 'images', title: 'remove the images it built', finishLater: true, run: images },
  ]
}

function removeWorkspace(deps: EnvDeps, { workspace, copyMethod }: EnvRecord): Step {
  const run = async () => {
    if (dirname(dirname(workspace)) === deps.paths.workspaces) await deps.workspaces.claim(workspace, copyMethod)
    await deps.workspaces.remove(workspace, copyMethod)
  }
  return { name: 'workspace', title: 'remove its workspace', run }
}

/** A note says that the directory stays on purpose: `doctor` would take it for one that was forgotten. */
function leaveWorkspace(deps: EnvDeps, { id, project, name, workspace }: EnvRecord): Step {
  const note = JSON.stringify({ project, name, workspace, keptAt: deps.clock.now().toISOString() })
  const run = () => deps.files.writeText(deps.paths.kept(id), `${note}\n`)
  return { name: 'workspace', title: 'leave its workspace', run }
}

async function forget(deps: EnvDeps, env: EnvRecord): Promise<void> {
  deps.upRecords.forget(env.id)
  await forgetEnv(deps, env)
}

/** A shared instance stays while an env takes its service from it, be that env up or down. Throws SHARED_IN_USE. */
async function refuseWhileUsed(deps: Pick<EnvDeps, 'store'>, env: EnvRecord): Promise<void> {
  const users = usersOf(await deps.store.envs(), env, { all: true }).map(({ name }) => name)
  if (users.length === 0) return
  throw new AppError('SHARED_IN_USE', `${env.name} is used by ${users.join(', ')}`, {
    hint: `berth destroy ${users.join(' ')} first`,
    details: { users },
  })
}
