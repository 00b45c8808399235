import type { OperationScope } from '../../operations/run-steps.ts'
import { createEnv } from '../create.ts'
import type { EnvDeps } from '../deps.ts'
import type { EnvRecord } from '../model.ts'
import { serverOf, sharedName } from './users.ts'

/** The env that is the shared instance of a service for this env's project, made from the same source when missing. */
export async function ensureInstance(
  deps: EnvDeps,
  env: EnvRecord,
  service: string,
  scope: OperationScope,
): Promise<EnvRecord> {
  return deps.locks.run(`shared ${env.project} ${service}`, async () => {
    const found = serverOf(await deps.store.envs(), env, service)
    if (found) return found
    const request = {
      name: sharedName(service),
      project: env.project,
      source: env.source,
      composeFiles: env.composeFiles,
      shared: [],
      serves: service,
      copyMethod: 'auto' as const,
    }
    return createEnv(deps, request, { ...scope, id: `${scope.id}-make-${service}` })
  })
}
