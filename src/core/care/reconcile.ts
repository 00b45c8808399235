import { type EnvRef, findEnv } from '../envs/find-env.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { differences } from './differences.ts'
import type { CareDeps } from './model.ts'

/** What reconciling did: `settled` envs are as was last asked; nothing in it: they were. */
export interface Reconciled {
  settled: { project: string; name: string; problem: string }[]
}

/** Makes envs (one, or all) what was last asked of Berth: up again what ended, down what should not run. Idempotent. */
export async function reconcile(deps: CareDeps, ref: EnvRef | undefined, scope: OperationScope): Promise<Reconciled> {
  const only = ref === undefined ? undefined : (await findEnv(deps, ref)).id
  const found = (await differences(deps)).filter(({ env }) => only === undefined || env.id === only)
  const settled: Reconciled['settled'] = []
  for (const { env, problem, settle } of found) {
    scope.emit({ type: 'warning', message: `${env.project}/${env.name}: ${problem}` })
    await settle({ ...scope, id: `${scope.id}-${env.id}` })
    settled.push({ project: env.project, name: env.name, problem })
  }
  return { settled }
}
