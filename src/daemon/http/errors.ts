import type { ApiError } from '../../contract/events.ts'
import { errorCatalogue, exitCodes } from '../../core/error-catalogue.ts'
import type { AppError, ErrorCode } from '../../core/errors.ts'

/** A failure as it travels. */
export function errorBody({ code, stage, message, hint, details }: AppError): ApiError {
  return { code, ...(stage === undefined ? {} : { stage }), message, hint, details }
}

const statusByExit: Record<number, number> = {
  [exitCodes.usage]: 400,
  [exitCodes.notFound]: 404,
  [exitCodes.conflict]: 409,
  [exitCodes.needsApproval]: 403,
  [exitCodes.unreachable]: 502,
  [exitCodes.timedOut]: 504,
}

/** HTTP status of a failure, by the exit code its catalogue entry gives. */
export function statusOf(code: ErrorCode): number {
  return statusByExit[errorCatalogue[code].exit] ?? 500
}
