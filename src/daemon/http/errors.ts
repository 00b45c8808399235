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

const statusByCode: Partial<Record<ErrorCode, number>> = {
  TOKEN_INVALID: 401,
  ACCESS_DENIED: 403,
  TOO_MANY_REQUESTS: 429,
}

/** HTTP status of a failure: what HTTP has a word for, else by the exit code its catalogue entry gives. */
export function statusOf(code: ErrorCode): number {
  return statusByCode[code] ?? statusByExit[errorCatalogue[code].exit] ?? 500
}
