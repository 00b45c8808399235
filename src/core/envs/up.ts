import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import { composeInputs, planKey, rememberVariables } from './compose-inputs.ts'
import type { EnvDeps } from './deps.ts'
import { bareProject } from './down.ts'
import { type EnsureRequest, ensureEnv } from './ensure-env.ts'
import { envContainers } from './env-containers.ts'
import { findEnv } from './find-env.ts'
import { makePlan, type UpPlan } from './make-plan.ts'
import type { EnvRecord, IsolationFinding } from './model.ts'
import { isSettled } from './settled.ts'
import { attachShared, isAttached } from './shared/attach.ts'
import { ensureInstance } from './shared/instance.ts'
import { countUsers } from './shared/release.ts'

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
  const { id, name, project } = await ensureEnv(deps, request, scope)
  return deps.locks.run(id, async () => {
    const env = await findEnv(deps, { name, project })
    await rememberVariables(deps, env, request.variables)
    return (await alreadyUp(deps, env, request)) ?? (await bringUp(deps, env, request, scope))
  })
}

/** The no-op: the same inputs as last time, and every container it made still stands as it was. */
async function alreadyUp(deps: EnvDeps, env: EnvRecord, request: UpRequest): Promise<UpResult | undefined> {
  if (request.build || env.desired !== 'up' || (request.services.length > 0 && env.serves === null)) return undefined
  const record = await deps.upRecords.read(env.id)
  if (!record || record.made.length === 0 || (request.strict && record.findings.length > 0)) return undefined
  const [key, containers, images] = await Promise.all([
    composeInputs(deps, env).then((inputs) => planKey(deps, env, inputs)),
    envContainers(deps, env.id),
    deps.engine.images(),
  ])
  if (!isSettled(record, key, containers, images) || !(await isAttached(deps, env, record.attachments)))
    return undefined
  return { env, findings: record.findings }
}

async function bringUp(deps: EnvDeps, env: EnvRecord, request: UpRequest, scope: OperationScope): Promise<UpResult> {
  const { variables: _, ...input } = request
  return withOperation(deps, scope, { kind: 'env.up', envId: env.id, input }, async () => {
    const state: { env: EnvRecord; plan: UpPlan | undefined } = { env, plan: undefined }
    const planned = () => {
      if (!state.plan) throw new AppError('INTERNAL', 'the start step ran before the plan')
      return state.plan
    }
    await runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, [
      {
        name: 'plan',
        title: 'plan its isolation',
        run: async () => {
          await deps.workspaces.restore(env.workspace, env.copyMethod)
          state.plan = await makePlan(deps, env, request)
          state.env = state.plan.env
          for (const { subject, value, meaning } of state.plan.record.findings)
            scope.emit({ type: 'warning', message: `${subject}: ${value} is not isolated: ${meaning}` })
        },
      },
      {
        name: 'start',
        title: 'start its services',
        run: async () => {
          try {
            await start(deps, state.env, planned(), request, scope)
          } catch (thrown) {
            if (!(thrown instanceof AppError && thrown.code === 'SUBNET_TAKEN')) throw thrown
            // someone made a network in the env's block since it was planned: plan again, on a block that is free
            await removeContainers(deps, state.env, scope)
            state.plan = await makePlan(deps, state.env, request)
            state.env = state.plan.env
            await start(deps, state.env, planned(), request, scope)
          }
        },
      },
      { name: 'record', title: 'record what runs', run: () => recordMade(deps, state.env, planned()) },
    ])
    return { env: { ...state.env, desired: 'up' }, findings: planned().record.findings }
  })
}

async function start(
  deps: EnvDeps,
  env: EnvRecord,
  plan: UpPlan,
  request: UpRequest,
  scope: OperationScope,
): Promise<void> {
  const { attachments } = plan.record
  await deps.store.updateEnv(env.id, { desired: 'up' })
  await deps.upRecords.write(env.id, plan.record)
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
    await upInstances(deps, env, request, scope)
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
async function upInstances(deps: EnvDeps, env: EnvRecord, request: UpRequest, scope: OperationScope): Promise<void> {
  for (const service of env.shared) {
    const instance = await ensureInstance(deps, env, service, scope)
    const up = { ...request, env: { name: instance.name, project: env.project }, create: null, services: [service] }
    await upEnv(deps, up, { ...scope, id: `${scope.id}-${service}` })
  }
}

/** Keeps which containers stood at the end, for the next `up` to compare with. */
async function recordMade(deps: EnvDeps, env: EnvRecord, plan: UpPlan): Promise<void> {
  const containers = await envContainers(deps, env.id)
  const made = containers.map(({ id, image, imageId }) => ({ id, image, imageId }))
  await deps.upRecords.write(env.id, { ...plan.record, made })
}
