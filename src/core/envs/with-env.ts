import { errorCatalogue, exitCodes } from '../error-catalogue.ts'
import { AppError, toAppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { isUnsettled } from '../operations/unsettled.ts'
import { createEnv } from './create.ts'
import type { EnvDeps } from './deps.ts'
import { destroyEnv } from './destroy.ts'
import { envContainers } from './env-containers.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import type { EnvRecord, EnvSource } from './model.ts'
import { qualifiedName } from './name.ts'

/** An env that is to be there, and what to make it from when it is not. */
export interface EnsureRequest {
  env: EnvRef
  /** null: one that is missing is an error. */
  create: { source: EnvSource; shared: string[]; composeFiles: string[] } | null
}

/**
 * Works with the env a reference means, made now when it is missing and may be. Where the work then is refused for what
 * was asked or what the project's files say, and nothing of the env has run, an env made for it is removed again: its copy
 * of those files would go on failing after they were mended. Throws what findEnv, createEnv and the work throw.
 */
export async function withEnv<T>(
  deps: EnvDeps,
  request: EnsureRequest,
  scope: OperationScope,
  work: (env: EnvRecord) => Promise<T>,
): Promise<T> {
  const { env, made } = await ensureEnv(deps, request, scope)
  try {
    return await work(env)
  } catch (error) {
    if (made && isRefusal(error) && (await takeBack(deps, env, scope))) throw asOfSource(error, env)
    throw error
  }
}

/** What was asked cannot be done, however often it is tried. */
function isRefusal(error: unknown): error is AppError {
  const refused: number[] = [exitCodes.usage, exitCodes.notFound, exitCodes.conflict]
  return error instanceof AppError && !isUnsettled(error) && refused.includes(errorCatalogue[error.code].exit)
}

/** Whether it is gone. */
async function takeBack(deps: EnvDeps, env: EnvRecord, scope: OperationScope): Promise<boolean> {
  if ((await envContainers(deps, env.id)).length > 0) return false
  const { project, name } = env
  const quiet = { ...scope, id: `${scope.id}-undo`, emit: () => undefined, signal: new AbortController().signal }
  try {
    await destroyEnv(deps, { env: { project, name }, keepWorkspace: false }, quiet)
    scope.emit({ type: 'warning', message: `${qualifiedName(env)} was made for this, and is removed again` })
    return true
  } catch (error) {
    scope.emit({ type: 'warning', message: `${qualifiedName(env)} could not be removed: ${toAppError(error).message}` })
    return false
  }
}

/** The same failure, speaking of the files the env was a copy of: those are there, and are to be mended. */
function asOfSource({ code, message, hint, details, stage, cause }: AppError, env: EnvRecord): AppError {
  const { source, directory } = env
  const told = (text: string) => (source.kind === 'empty' ? text : text.replaceAll(directory, source.directory))
  const options = { details: mapTexts(details, told) as Record<string, unknown>, cause, ...(stage && { stage }) }
  return new AppError(code, told(message), { hint: told(hint), ...options })
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, map)]))
}

async function ensureEnv(
  deps: EnvDeps,
  { env: ref, create }: EnsureRequest,
  scope: OperationScope,
): Promise<{ env: EnvRecord; made: boolean }> {
  const found = await findOrNothing(deps, ref)
  if (found) return { env: found, made: false }
  if (create === null) return { env: await findEnv(deps, ref), made: false }
  const { name, project, standing, mirror } = ref
  const request = { ...create, name, project, standing, mirror, copyMethod: 'auto' as const }
  try {
    const env = await createEnv(deps, request, { ...scope, id: `${scope.id}-create` })
    return { env, made: true }
  } catch (error) {
    // Somebody else made it at the same moment: it is there, which is all that was asked.
    if (error instanceof AppError && error.code === 'ENV_EXISTS')
      return { env: await waitUntilReady(deps, ref), made: false }
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
