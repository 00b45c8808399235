import { toAppError } from '../errors.ts'
import { actors } from '../events/model.ts'
import type { Clock, Journal } from '../ports.ts'
import type { OperationScope } from './run-steps.ts'
import { isUnsettled } from './unsettled.ts'
import { writeOncePossible } from './write-once-possible.ts'

/** What an operation is about, for the journal. */
export interface OperationSubject {
  kind: string
  envId: string | null
  /** As people name it: `shop/feat-a`. */
  subject: string
  /** What was asked; holds no secret. */
  input: unknown
}

/**
 * Writes the journal's row before the work and closes it after, so that work cut off in between is found on start. Called
 * under the env's lock: whatever else is open on that env was cut off earlier, and is superseded by what is asked now.
 */
export async function withOperation<T>(
  deps: { store: { journal: Journal }; clock: Clock },
  scope: OperationScope,
  subject: OperationSubject,
  work: () => Promise<T>,
): Promise<T> {
  const { journal } = deps.store
  await supersede(journal, subject.envId, scope.id)
  await journal.begin({ id: scope.id, actor: scope.actor ?? actors.daemon, ...subject })
  try {
    const result = await work()
    await journal.end(scope.id, 'done')
    return result
  } catch (thrown) {
    await close(deps, scope, thrown)
    throw thrown
  }
}

async function supersede(journal: Journal, envId: string | null, by: string): Promise<void> {
  if (envId === null) return
  const stale = (await journal.open()).filter((operation) => operation.envId === envId && operation.id !== by)
  for (const { id } of stale) await journal.end(id, 'failed', { code: 'INTERRUPTED', message: `superseded by ${by}` })
}

/**
 * What went wrong first is what the caller must know: a journal that cannot be written only adds to it. On a full disk it is written
 * once there is room, so that nothing that has failed is taken up again later.
 */
async function close(
  deps: { store: { journal: Journal }; clock: Clock },
  scope: OperationScope,
  thrown: unknown,
): Promise<void> {
  const { journal } = deps.store
  const { code, message, hint, stage } = toAppError(thrown)
  const told = { code, message, hint, ...(stage === undefined ? {} : { stage }) }
  const end = () => (isUnsettled(thrown) ? journal.postpone(scope.id, told) : journal.end(scope.id, 'failed', told))
  try {
    await writeOncePossible(deps, end)
  } catch (error) {
    scope.emit({ type: 'warning', message: `the journal could not be written: ${toAppError(error).message}` })
  }
}
