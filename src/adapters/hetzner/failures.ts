import { AppError, type ErrorCode } from '../../core/errors.ts'

/** How a request failed. */
export interface ApiFailure {
  /** HTTP status; 0 where no answer came. */
  status: number
  /** The API's own word for it. */
  code: string
  message: string
  /** What is wrong with which part of the request. */
  fields?: string[] | undefined
  /** When the rate limit is full again, seconds since 1970. */
  resetAt?: number | undefined
}

/** Nothing was done: whatever was asked can be asked again. */
const notDone = new Set(['rate_limit_exceeded', 'conflict', 'locked', 'maintenance', 'robot_unavailable'])

/** Whether a failure passes by itself. What may have been done all the same is only asked again where that is harmless. */
export function isPassing({ status, code }: ApiFailure, method: string): boolean {
  if (status === 429 || notDone.has(code)) return true
  return method !== 'POST' && (status === 0 || status >= 500)
}

const codes: Record<string, ErrorCode> = {
  unauthorized: 'PROVIDER_DENIED',
  forbidden: 'PROVIDER_DENIED',
  token_readonly: 'PROVIDER_DENIED',
  invalid_input: 'PROVIDER_INVALID',
  invalid_server_type: 'PROVIDER_INVALID',
  not_found: 'PROVIDER_INVALID',
  json_error: 'PROVIDER_INVALID',
  uniqueness_error: 'PROVIDER_INVALID',
  unsupported_error: 'PROVIDER_INVALID',
  resource_limit_exceeded: 'PROVIDER_CAPACITY',
  resource_unavailable: 'PROVIDER_CAPACITY',
  placement_error: 'PROVIDER_CAPACITY',
  rate_limit_exceeded: 'PROVIDER_UNAVAILABLE',
  conflict: 'PROVIDER_UNAVAILABLE',
  locked: 'PROVIDER_UNAVAILABLE',
  maintenance: 'PROVIDER_UNAVAILABLE',
  network: 'PROVIDER_UNAVAILABLE',
  timeout: 'PROVIDER_UNAVAILABLE',
  bad_gateway: 'PROVIDER_UNAVAILABLE',
}

const hints: Record<string, string> = {
  token_readonly: 'the token may only read: make one with read and write access in the console of Hetzner',
  protected: 'take its protection off in the console of Hetzner first',
  uniqueness_error: 'another server of the project has that name: choose another one',
}

/** A failure of the API in our words. */
export function failureOf({ status, code, message, fields = [] }: ApiFailure): AppError {
  const ours = codes[code] ?? (status >= 500 || status === 429 ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_FAILED')
  const what = fields.length === 0 ? message : fields.join('; ')
  const hint = hints[code]
  return new AppError(ours, `Hetzner: ${what}`, { details: { status, code }, ...(hint && { hint }) })
}
