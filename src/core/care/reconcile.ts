import { type EnvRef, findEnv } from '../envs/find-env.ts'
import { type AppError, toAppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { differences } from './differences.ts'
import type { CareDeps } from './model.ts'

/** What reconciling did: `settled` envs are as was last asked; with nothing in either list they were before. */
export interface Reconciled {
  settled: { project: string; name: string; problem: string }[]
  /** Envs that are not, and why not. */
  failed: { project: string; name: string; problem: string; error: Pick<AppError, 'code' | 'message' | 'hint'> }[]
}

/**
 * Makes envs (one, or all) what was last asked of Berth: up again what ended, down what should not run. Idempotent. One
 * that fails keeps no other from its turn; asked for alone, its failure is thrown.
 */
export async function reconcile(deps: CareDeps, ref: EnvRef | undefined, scope: OperationScope): Promise<Reconciled> {
  const only = ref === undefined ? undefined : (await findEnv(deps, ref)).id
  const found = (await differences(deps)).filter(({ env }) => only === undefined || env.id === only)
  const done: Reconciled = { settled: [], failed: [] }
  for (const { env, problem, settle } of found) {
    const { project, name } = env
    scope.emit({ type: 'warning', message: `${project}/${name}: ${problem}` })
    try {
      await settle({ ...scope, id: `${scope.id}-${env.id}` })
      done.settled.push({ project, name, problem })
    } catch (error) {
      if (only !== undefined || scope.signal.aborted) throw error
      const { code, message, hint } = toAppError(error)
      done.failed.push({ project, name, problem, error: { code, message, hint } })
    }
  }
  return done
}
