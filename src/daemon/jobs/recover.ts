import { undoCreate } from '../../core/envs/create.ts'
import { destroyEnv } from '../../core/envs/destroy.ts'
import { downEnv } from '../../core/envs/down.ts'
import type { EnvRecord } from '../../core/envs/model.ts'
import { type UpRequest, upEnv } from '../../core/envs/up.ts'
import { toAppError } from '../../core/errors.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { OperationRecord } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/**
 * Settles what an earlier daemon left open: a create is undone; up, down and destroy are finished. Runs as operations,
 * so that commands wait for the env's lock and everyone can follow. Returns what it began.
 */
export async function recoverOperations(deps: DaemonDeps, log: (message: string) => void): Promise<string[]> {
  const open = await deps.store.journal.open()
  const envs = new Map((await deps.store.envs()).map((env) => [env.id, env]))
  return open.map((operation) => {
    const env = operation.envId === null ? undefined : envs.get(operation.envId)
    return deps.operations.start(async (scope) => {
      try {
        await settle(deps, operation, env, scope)
        log(
          `settled ${operation.kind} ${operation.id} of ${env?.project}/${env?.name}, cut off at ${operation.startedAt}`,
        )
      } catch (error) {
        log(`could not settle ${operation.kind} ${operation.id}: ${toAppError(error).message}`)
      }
    })
  })
}

async function settle(
  deps: DaemonDeps,
  operation: OperationRecord,
  env: EnvRecord | undefined,
  scope: OperationScope,
): Promise<void> {
  const { journal } = deps.store
  if (env === undefined) return journal.end(operation.id, 'undone')
  if (operation.kind === 'env.create') {
    await deps.locks.run(env.id, () => undoCreate(deps, env))
    return journal.end(operation.id, 'undone')
  }
  // The finishing run writes a journal row of its own; the old one is closed once that one stands.
  const ref = { name: env.name, project: env.project }
  const input = operation.input as Record<string, never>
  const rerun = { 'env.up': upEnv, 'env.down': downEnv, 'env.destroy': destroyEnv }[operation.kind]
  try {
    if (rerun)
      await rerun(
        deps,
        { ...input, variables: {}, env: ref } as unknown as UpRequest & { volumes: boolean; keepWorkspace: boolean },
        scope,
      )
  } finally {
    await journal.end(operation.id, rerun ? 'done' : 'failed')
  }
}
