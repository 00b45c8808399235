import { toAppError } from '../errors.ts'
import type { Clock, Journal } from '../ports.ts'
import type { OperationScope } from './run-steps.ts'

/** What an operation is about, for the journal. */
export interface OperationSubject {
  kind: string
  envId: string | null
  /** What was asked; holds no secret. */
  input: unknown
}

/** Writes the journal's row before the work and closes it after, so that work cut off in between is found on start. */
export async function withOperation<T>(
  deps: { store: { journal: Journal }; clock: Clock },
  scope: OperationScope,
  subject: OperationSubject,
  work: () => Promise<T>,
): Promise<T> {
  const { journal } = deps.store
  await journal.begin({ id: scope.id, ...subject })
  try {
    const result = await work()
    await journal.end(scope.id, 'done')
    return result
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    await journal.end(scope.id, 'failed', { code, message })
    throw thrown
  }
}
