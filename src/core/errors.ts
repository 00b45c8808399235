import type { ErrorCode } from './error-catalogue.ts'
import { errorCatalogue } from './error-catalogue.ts'

export type { ErrorCode } from './error-catalogue.ts'

/** What may be told about a failure beyond its message. */
export interface AppErrorOptions {
  /** What to type next. The catalogue's hint for the code when absent. */
  hint?: string
  /** Where in the work it failed (`start`, `build`, `health` …). */
  stage?: string
  /** Facts for programs: JSON values only, never a secret. */
  details?: Record<string, unknown>
  cause?: unknown
}

/** The one error type that crosses rooms. Adapters translate foreign failures into it at their edge. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly stage: string | undefined
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint ?? errorCatalogue[code].hint
    this.stage = options.stage
    this.details = options.details ?? {}
  }
}

/** Any thrown value as an AppError; what nobody translated is INTERNAL. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('INTERNAL', message, { cause: thrown })
}
