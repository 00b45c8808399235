import { AppError, toAppError } from '../errors.ts'

/**
 * The failure of an operation that stays open in the journal: what it began is still to be finished or undone, and is so
 * by the next start of the daemon, the return of the engine, or `doctor --fix`.
 */
export function unsettled(thrown: unknown, hint?: string): AppError {
  const error = toAppError(thrown)
  return new AppError(error.code, error.message, {
    hint: hint ?? error.hint,
    ...(error.stage === undefined ? {} : { stage: error.stage }),
    details: { ...error.details, unsettled: true },
    cause: thrown,
  })
}

/** Whether a failure left its operation open. */
export function isUnsettled(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.details['unsettled'] === true
}
