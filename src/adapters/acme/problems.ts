import { AppError } from '../../core/errors.ts'
import type { OrderFault } from '../../core/ports/acme.ts'

/** A problem document (RFC 7807) as a CA sends it. */
export interface Problem {
  type?: string
  detail?: string
  subproblems?: Problem[]
}

/** Types after which the same order fails again whatever time passes (RFC 8555, 6.7). */
const final = new Set([
  'externalAccountRequired',
  'invalidContact',
  'rejectedIdentifier',
  'unsupportedContact',
  'unsupportedIdentifier',
  'userActionRequired',
])

/** A CA's refusal as an error that says who refused what, and why. */
export function refused(domain: string, problem: Problem, retryAfter: number | null = null): AppError {
  const type = wordOf(problem)
  const said = [problem, ...(problem.subproblems ?? [])].map(({ detail }) => detail).filter((one) => one !== undefined)
  const why = printable(said.join('; ')) || 'it does not say why'
  return failed(`the CA gave no certificate for ${domain}: ${type}: ${why}`, {
    type,
    retryAfter,
    isFinal: final.has(type),
  })
}

/** An order that failed. */
export function failed(message: string, fault: OrderFault, cause?: unknown): AppError {
  return new AppError('CERTIFICATE_FAILED', message, { stage: 'certificate', details: { ...fault }, cause })
}

/** `rateLimited` of `urn:ietf:params:acme:error:rateLimited`. */
export const wordOf = ({ type = '' }: Problem) => /([A-Za-z]+)$/.exec(type)?.[1] ?? 'unknown'

/** What another machine said, fit for a terminal. */
const printable = (text: string) => text.replaceAll(/\p{C}+/gu, ' ').slice(0, 600)

/** Seconds of a Retry-After header, which is a number or a date; null without one. */
export function retryAfterOf(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now.getTime()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null
}
