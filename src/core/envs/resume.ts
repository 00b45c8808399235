import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { unsettled } from '../operations/unsettled.ts'
import type { OperationRecord } from '../ports.ts'
import { undoCreate } from './create.ts'
import type { EnvDeps } from './deps.ts'
import { tearDown } from './destroy.ts'
import { takeDown } from './down.ts'
import type { EnvRecord } from './model.ts'
import { restartEnded } from './restart-ended.ts'
import { bringUp } from './up.ts'

/** How often an operation is taken up: one that ends the daemon itself must not do so for ever. */
const mostAttempts = 3

/**
 * Settles an operation that was cut off: a create is undone, up, down and destroy are finished. Throws INTERRUPTED for
 * what was undone, given up, or superseded by something newer that was asked of the env.
 */
export async function resumeOperation(
  deps: EnvDeps,
  operation: OperationRecord,
  env: EnvRecord,
  scope: OperationScope,
): Promise<EnvRecord> {
  return deps.locks.run(env.id, async () => {
    const { journal } = deps.store
    const open = (await journal.open()).some(({ id }) => id === operation.id)
    const current = await deps.store.env(env.project, env.name)
    if (!open || current?.id !== env.id)
      throw new AppError('INTERRUPTED', `something newer was asked of ${env.project}/${env.name} meanwhile`)
    if (operation.attempts >= mostAttempts) return giveUp(deps, operation, env)
    if (operation.kind !== 'env.create') return finish(deps, operation, current, scope)
    await journal.begin(operation)
    await undoCreate(deps, current)
    await journal.end(operation.id, 'undone')
    throw new AppError('INTERRUPTED', `berthd ended while it made ${env.project}/${env.name}; nothing of it is left`)
  })
}

/** Without an engine `up` fails before it has begun; this one has, and waits for the engine. */
async function requireEngine(deps: EnvDeps, { id }: OperationRecord): Promise<void> {
  try {
    await deps.engine.networks()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ENGINE_UNAVAILABLE') throw error
    await deps.store.journal.postpone(id, { code: error.code, message: error.message })
    throw unsettled(error)
  }
}

async function finish(deps: EnvDeps, operation: OperationRecord, env: EnvRecord, scope: OperationScope) {
  const { kind, input } = operation
  // rows of an older version may lack what was added since
  const asked = { services: [], build: false, strict: false, timeoutSeconds: 600, ...(input as object) }
  const ref = { project: env.project, name: env.name }
  if (kind === 'env.up') {
    await requireEngine(deps, operation)
    return (await bringUp(deps, env, { ...asked, env: ref, create: null, variables: {} }, scope)).env
  }
  if (kind === 'env.down') return takeDown(deps, env, { volumes: false, ...asked }, scope)
  if (kind === 'env.restart') return restartEnded(deps, env, { containers: [], ...asked }, scope)
  if (kind === 'env.destroy') return tearDown(deps, env, { keepWorkspace: false, ...asked }, scope)
  throw new AppError('INTERNAL', `nobody knows how to finish a ${kind}`)
}

async function giveUp(deps: EnvDeps, { id, kind, attempts }: OperationRecord, env: EnvRecord): Promise<never> {
  const message = `berthd ended ${attempts} times in ${kind} of ${env.project}/${env.name}; it is left as it is`
  await deps.store.journal.end(id, 'failed', { code: 'INTERRUPTED', message })
  throw new AppError('INTERRUPTED', message, { hint: 'berth daemon logs shows why; berth doctor what is left' })
}
