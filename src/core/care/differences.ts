import { downEnv } from '../envs/down.ts'
import type { EnvRecord, ServiceStatus } from '../envs/model.ts'
import { reachableContainers } from '../envs/shared/reachable.ts'
import { upEnv } from '../envs/up.ts'
import { isGood, serviceStatuses } from '../envs/view.ts'
import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { aside } from './aside.ts'
import type { CareDeps } from './model.ts'

/** An env that is not as was last asked of Berth, and how it comes to be. */
export interface Difference {
  env: EnvRecord
  problem: string
  settle: (scope?: OperationScope) => Promise<void>
}

/** Compares what should be with what is. Envs somebody works on now are left out, and all while there is no engine. */
export async function differences(deps: CareDeps): Promise<Difference[]> {
  const busy = new Set((await deps.store.journal.open()).map(({ envId }) => envId))
  const envs = (await deps.store.envs()).filter(({ id, phase }) => phase === 'ready' && !busy.has(id))
  try {
    const found = await Promise.all(envs.map((env) => differenceOf(deps, env)))
    return found.filter((one) => one !== undefined)
  } catch (error) {
    if (error instanceof AppError && error.code === 'ENGINE_UNAVAILABLE') return []
    throw error
  }
}

async function differenceOf(deps: CareDeps, env: EnvRecord): Promise<Difference | undefined> {
  const [record, containers] = await Promise.all([deps.upRecords.read(env.id), reachableContainers(deps, env)])
  const services = serviceStatuses(env, { record, containers, endings: deps.endings() })
  if (env.desired === 'up') {
    // what somebody stopped by hand is meant to stand still, as the engine itself takes it
    const off = services.filter((service) => !isGood(service, record) && service.ended !== 'stopped')
    if (off.length === 0) return undefined
    return {
      env,
      problem: `it should be up, but ${off.map(describe).join(', ')}`,
      settle: (scope) => bringUp(deps, env, scope),
    }
  }
  const left = services.filter(({ service, state }) => state !== 'missing' && !env.shared.includes(service))
  if (left.length === 0) return undefined
  return {
    env,
    problem: `it should be down, but ${left.map(describe).join(', ')}`,
    settle: (scope) => takeDown(deps, env, scope),
  }
}

function describe({ service, state, health, exitCode }: ServiceStatus): string {
  if (state === 'exited') return `${service} has ended (${exitCode ?? '?'})`
  return `${service} is ${health === 'unhealthy' ? health : state}`
}

const refOf = ({ name, project }: EnvRecord) => ({ name, project })

async function bringUp(deps: CareDeps, env: EnvRecord, scope = aside(deps)): Promise<void> {
  const whole = { services: [], build: false, strict: false, timeoutSeconds: 600, variables: {}, create: null }
  await upEnv(deps, { ...whole, env: refOf(env) }, scope)
}

async function takeDown(deps: CareDeps, env: EnvRecord, scope = aside(deps)): Promise<void> {
  await downEnv(deps, { env: refOf(env), volumes: false }, scope)
}
