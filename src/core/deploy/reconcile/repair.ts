import type { OperationScope } from '../../operations/run-steps.ts'
import { baseProject } from '../compose-projects.ts'
import type { DeployDeps } from '../deps.ts'
import { applyRoutes } from '../ingress.ts'
import { ensureIngress } from '../proxies/ensure.ts'
import { composeFiles, introduceBoth, type Rollout } from '../rollout.ts'
import type { Repair } from './model.ts'

/** Does one repair. Safe to repeat. */
export async function repairOne(
  deps: DeployDeps,
  rollout: Rollout,
  repair: Repair,
  scope: OperationScope,
): Promise<void> {
  if (repair.do === 'start') return deps.engine.startContainer(repair.container)
  if (repair.do === 'attach') return deps.engine.connectNetwork(repair.network, repair.container, repair.aliases)
  if (repair.do === 'rewrite') return deps.files.writeText(repair.file, repair.text)
  if (repair.do === 'routes') return applyRoutes(deps)
  if (repair.do === 'ingress' || repair.do === 'renew-ingress') return ensureIngress(deps)
  if (repair.do === 'recreate') await deps.engine.removeContainer(repair.container)
  if (repair.do === 'recreate' || repair.do === 'make-base') return makeBase(deps, rollout, scope)
}

/** What is gone of the project that is replaced in place is made; what stands as it should is left alone. */
async function makeBase(deps: DeployDeps, rollout: Rollout, { emit, signal }: OperationScope): Promise<void> {
  const files = composeFiles(deps, rollout, baseProject(rollout.app), 'base.json')
  const onLine = (line: string) => emit({ type: 'output', line })
  const options = { services: [], build: false, recreate: 'never', timeoutSeconds: 300, signal, onLine } as const
  await deps.heavy(() => deps.engine.up(files, options))
  await introduceBoth(deps, rollout)
}
