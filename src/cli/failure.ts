import { ClientError } from '../client/failure.ts'
import { errorCatalogue, exitCodes } from '../contract/errors.ts'
import type { ApiError } from '../contract/events.ts'

/** A fault in how the command was typed. */
export function usage(message: string, hint = 'berth --help'): ClientError {
  return new ClientError({ code: 'USAGE', message, hint, details: {} })
}

/** A failure the CLI itself sees. */
export function failure(code: keyof typeof errorCatalogue, message: string, hint?: string): ClientError {
  return new ClientError({ code, message, hint: hint ?? errorCatalogue[code].hint, details: {} })
}

/** What a failure says; undefined for what is none of Berth's. */
export const failureOf = (thrown: unknown): ApiError | undefined =>
  thrown instanceof ClientError ? thrown.error : undefined

/** Any thrown value as the failure to show. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ClientError) return thrown.error
  if (!(thrown instanceof Error)) return { code: 'INTERNAL', message: String(thrown), hint: '', details: {} }
  const output = (thrown.stack ?? '').split('\n').slice(1)
  return {
    code: 'INTERNAL',
    message: thrown.message,
    hint: 'this is a bug of berth: please report it with the lines above',
    details: { output },
  }
}

/** The exit code the catalogue gives a failure; 1 for a code this version does not know. */
export function exitCodeOf({ code }: ApiError): number {
  const entry = (errorCatalogue as Record<string, { exit: number } | undefined>)[code]
  return entry?.exit ?? exitCodes.failed
}
