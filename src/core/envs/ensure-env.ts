import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { createEnv } from './create.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import type { EnvRecord, EnvSource } from './model.ts'

/** An env that is to be there, and what to make it from when it is not. */
export interface EnsureRequest {
  env: EnvRef
  /** null: one that is missing is an error. */
  create: { source: EnvSource; shared: string[]; composeFiles: string[] } | null
}

/** The env a reference means, made now when it is missing and may be. Throws what findEnv and createEnv throw. */
export async function ensureEnv(
  deps: EnvDeps,
  { env: ref, create }: EnsureRequest,
  scope: OperationScope,
): Promise<EnvRecord> {
  const found = await findOrNothing(deps, ref)
  if (found) return found
  if (create === null) return findEnv(deps, ref)
  const request = { ...create, name: ref.name, project: ref.project, copyMethod: 'auto' as const }
  try {
    return await createEnv(deps, request, { ...scope, id: `${scope.id}-create` })
  } catch (error) {
    // Somebody else made it at the same moment: it is there, which is all that was asked.
    if (error instanceof AppError && error.code === 'ENV_EXISTS') return waitUntilReady(deps, ref)
    throw error
  }
}

async function findOrNothing(deps: EnvDeps, ref: EnvRef): Promise<EnvRecord | undefined> {
  try {
    return await findEnv(deps, ref)
  } catch (error) {
    if (error instanceof AppError && error.code === 'ENV_NOT_FOUND') return undefined
    throw error
  }
}

/** An env under creation holds its own lock until it is ready (or undone, and then it is not found). */
async function waitUntilReady(deps: EnvDeps, ref: EnvRef): Promise<EnvRecord> {
  const making = (await deps.store.envs()).find(({ name, phase }) => name === ref.name && phase === 'creating')
  return making ? deps.locks.run(making.id, () => findEnv(deps, ref)) : findEnv(deps, ref)
}
