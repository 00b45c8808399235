import { AppError } from '../errors.ts'
import { composeLabels, labels } from '../labels.ts'
import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import { composeInputs, planKey, rememberVariables } from './compose-inputs.ts'
import type { EnvDeps } from './deps.ts'
import { bareProject, takeDown } from './down.ts'
import { envContainers } from './env-containers.ts'
import { lockEnv } from './lock-env.ts'
import { makePlan, type UpPlan } from './make-plan.ts'
import type { EnvRecord, IsolationFinding } from './model.ts'
import { aboutEnv } from './name.ts'
import { refuseDemand, refuseFullDisk } from './quota.ts'
import { isSettled } from './settled.ts'
import { attachShared, isAttached } from './shared/attach.ts'
import { ensureInstance } from './shared/instance.ts'
import { countUsers } from './shared/release.ts'
import { type EnsureRequest, withEnv } from './with-env.ts'

/** What `berth up` asks for. */
export interface UpRequest extends EnsureRequest {
  /** All when empty. */
  services: string[]
  build: boolean
  strict: boolean
  timeoutSeconds: number
  variables: Record<string, string>
}

export interface UpResult {
  env: EnvRecord
  findings: IsolationFinding[]
}

/**
 * Starts an env's services, isolated, and waits until they run and are healthy where they say. Harmless when all is
 * up. Throws COMPOSE_INVALID, COMPOSE_NOT_FOUND, SERVICE_NOT_FOUND, NOT_ISOLATED, SERVICE_UNHEALTHY, COMPOSE_FAILED.
 */
export async function upEnv(deps: EnvDeps, request: UpRequest, scope: OperationScope): Promise<UpResult> {
  const work = async (env: EnvRecord) => {
    await requireWorkspace(deps, env)
    await rememberVariables(deps, env, request.variables)
    return (await alreadyUp(deps, env, request)) ?? (await bringUp(deps, env, request, scope))
  }
  return withEnv(deps, request, scope, (found) => lockEnv(deps, found, work, scope))
}

/** One that a reboot has unmounted comes back by itself; one that somebody removed holds work nobody can bring back. */
async function requireWorkspace({ files, workspaces }: EnvDeps, env: EnvRecord): Promise<void> {
  const { project, name, workspace } = env
  if (await files.exists(workspace)) return
  await workspaces.restore(workspace, env.copyMethod)
  if (await files.exists(workspace)) return
  throw new AppError('WORKSPACE_MISSING', `the workspace of ${project}/${name} was removed: ${workspace} is gone`, {
    hint: `berth destroy ${project}/${name} removes the rest of it, its data too; berth up ${name} then makes it anew`,
    details: { workspace },
  })
}

/** The no-op: the same services and inputs as last time, and every container it made still stands as it was. */
async function alreadyUp(deps: EnvDeps, env: EnvRecord, request: UpRequest): Promise<UpResult | undefined> {
  if (request.build || env.desired !== 'up') return undefined
  const record = await deps.upRecords.read(env.id)
  if (!record || record.made.length === 0 || (request.strict && record.findings.length > 0)) return undefined
  if (record.asked?.join() !== request.services.toSorted().join()) return undefined
  const [key, containers, images] = await Promise.all([
    composeInputs(deps, env).then((inputs) => planKey(deps, env, inputs)),
    envContainers(deps, env.id),
    deps.engine.images(),
  ])
  if (!isSettled(record, key, containers, images) || !(await isAttached(deps, env, record.attachments)))
    return undefined
  return { env, findings: record.findings }
}

/**
 * Brings an env up, under its lock. Cancelled, it takes back what it started, unless the env was up before; failed, it
 * leaves what runs for a look at it.
 */
export async function bringUp(
  deps: EnvDeps,
  env: EnvRecord,
  request: UpRequest,
  scope: OperationScope,
): Promise<UpResult> {
  try {
    return await runUp(deps, env, request, scope)
  } catch (error) {
    if (scope.signal.aborted && env.desired === 'down') {
      const back = { ...scope, id: `${scope.id}-back`, signal: new AbortController().signal }
      await takeDown(deps, env, { volumes: false }, back)
    }
    throw error
  }
}

async function runUp(deps: EnvDeps, env: EnvRecord, request: UpRequest, scope: OperationScope): Promise<UpResult> {
  const { variables: _, ...input } = request
  return withOperation(deps, scope, { kind: 'env.up', ...aboutEnv(env), input }, async () => {
    const state: UpState = { env, plan: undefined }
    await runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, upSteps(deps, request, scope, state))
    return { env: { ...state.env, desired: 'up' }, findings: planned(state).record.findings }
  })
}

/** What one step leaves for the next. */
interface UpState {
  env: EnvRecord
  plan: UpPlan | undefined
}

function planned({ plan }: UpState): UpPlan {
  if (!plan) throw new AppError('INTERNAL', 'a step ran before the plan')
  return plan
}

function upSteps(deps: EnvDeps, request: UpRequest, scope: OperationScope, state: UpState): Step[] {
  const plan = async () => {
    state.plan = await makePlan(deps, state.env, request)
    state.env = state.plan.env
  }
  const planFirst = async () => {
    await deps.workspaces.restore(state.env.workspace, state.env.copyMethod)
    await plan()
    for (const { subject, value, meaning } of planned(state).record.findings)
      scope.emit({ type: 'warning', message: `${subject}: ${value} is not isolated: ${meaning}` })
  }
  const startOnFreeBlock = () =>
    withLogsHint(
      state.env,
      untilBlockIsFree(
        () => start(deps, state.env, planned(state), request, scope),
        async () => {
          await removeContainers(deps, state.env, scope)
          await plan()
        },
      ),
    )
  const record = () => recordMade(deps, state.env, planned(state))
  return [
    { name: 'plan', title: 'plan its isolation', run: planFirst },
    { name: 'start', title: 'start its services', finishLater: true, run: startOnFreeBlock },
    { name: 'record', title: 'record what runs', finishLater: true, run: record },
  ]
}

/** A service that did not come up: its log tells why. */
async function withLogsHint({ project, name }: EnvRecord, starting: Promise<void>): Promise<void> {
  try {
    await starting
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'SERVICE_UNHEALTHY') throw error
    const { services = [] } = error.details as { services?: { service: string }[] }
    const hint = ['berth logs', `${project}/${name}`, ...services.map(({ service }) => service)].join(' ')
    throw new AppError(error.code, error.message, {
      stage: error.stage ?? 'health',
      details: error.details,
      hint,
      cause: error,
    })
  }
}

/** How often somebody else may be faster to make a network in the block that was just found free: others may bring up dozens at once. */
const blockRaces = 20

/** Starts; where someone made a network in the env's block since it was planned, plans again and tries once more. */
async function untilBlockIsFree(start: () => Promise<void>, planAgain: () => Promise<void>): Promise<void> {
  for (let races = 0; ; races++) {
    try {
      return await start()
    } catch (thrown) {
      if (races === blockRaces || !(thrown instanceof AppError && thrown.code === 'SUBNET_TAKEN')) throw thrown
      await planAgain()
    }
  }
}

async function start(
  deps: EnvDeps,
  env: EnvRecord,
  plan: UpPlan,
  request: UpRequest,
  scope: OperationScope,
): Promise<void> {
  const { attachments } = plan.record
  await refuseFullDisk(deps, env.by)
  // one after the other: two that come at once could each have what is left
  await deps.locks.run('quota', async () => {
    await refuseDemand(deps, env, plan.record.demand ?? { cpus: null, memoryBytes: null })
    await deps.store.updateEnv(env.id, { desired: 'up' })
    await deps.upRecords.write(env.id, plan.record)
  })
  for (const name of plan.projectVolumes)
    await deps.engine.createVolume(name, { [labels.home]: deps.homeId, [labels.project]: env.project })
  if (plan.hasStaleNetworks) await removeContainers(deps, env, scope)
  const options = {
    services: request.services,
    build: request.build,
    timeoutSeconds: request.timeoutSeconds,
    signal: scope.signal,
    onLine: (line: string) => scope.emit({ type: 'output', line }),
  }
  if (attachments.length > 0) {
    // A service may need the shared one from its first moment: networks first, then the shared one in them, then the start.
    await countUsers(deps, env)
    const services = attachments.map(({ service }) => service)
    await upInstances(deps, env, services, request, scope)
    await deps.heavy(() => deps.engine.up(plan.files, { ...options, noStart: true }))
    await attachShared(deps, env, attachments)
  }
  await deps.heavy(() => deps.engine.up(plan.files, options))
}

/** Takes away containers and networks, not data. */
function removeContainers(deps: EnvDeps, env: EnvRecord, scope: OperationScope): Promise<void> {
  return deps.heavy(() => deps.engine.down(bareProject(deps, env), { volumes: false, signal: scope.signal }))
}

/** Brings up the shared instance of each service the env takes from one; made from the env's own source when missing. */
async function upInstances(
  deps: EnvDeps,
  env: EnvRecord,
  services: readonly string[],
  request: UpRequest,
  scope: OperationScope,
): Promise<void> {
  for (const service of services) {
    const instance = await ensureInstance(deps, env, service, scope)
    const up = { ...request, env: { name: instance.name, project: env.project }, create: null, services: [service] }
    await upEnv(deps, up, { ...scope, id: `${scope.id}-${service}` })
  }
}

/** Keeps which containers stood at the end, for the next `up` to compare with; lists that are asked from now on show them. */
async function recordMade(deps: EnvDeps, env: EnvRecord, plan: UpPlan): Promise<void> {
  await deps.observed.look(env.id)
  const containers = deps.observed.of(env.id)
  const made = containers.map(({ id, image, imageId, state, labels: own }) => ({
    id,
    image,
    imageId,
    service: own[composeLabels.service] ?? '',
    job: state === 'exited',
  }))
  await deps.upRecords.write(env.id, { ...plan.record, made })
}
