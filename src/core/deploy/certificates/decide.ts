import type { OrderFault } from '../../ports/acme.ts'
import type { CertificateRecord, CertificateState, IssuedRecord } from './model.ts'

const minute = 60_000

/**
 * Pauses before the next order after each failure in a row, as Let's Encrypt asks its clients to make them
 * (https://letsencrypt.org/docs/integration-guide/): far below five failures an hour for each name, its narrowest limit.
 */
const pauses = [minute, 10 * minute, 100 * minute, 24 * 60 * minute] as const

/** Orders in a row that may fail while there is no valid certificate; then nothing is done until somebody asks for it. */
export const mostFailures = 5

/** What is known of a domain nothing has been done for. */
export const newCertificate = (domain: string): CertificateRecord => ({
  domain,
  issued: null,
  failures: 0,
  lastError: null,
  nextTryAt: null,
  warned: null,
})

/** When the next order is due, ms since 1970; undefined: never by itself. In the past: now. */
export function dueAt(record: CertificateRecord, directory: string): number | undefined {
  const { issued, failures, nextTryAt } = record
  if (failures > 0) return nextTryAt === null ? undefined : Date.parse(nextTryAt)
  if (issued === null || issued.directory !== directory) return 0
  return renewalAt(issued)
}

/** After two thirds of its life, as is usual: a month before the end of three. */
export function renewalAt({ notBefore, notAfter }: IssuedRecord): number {
  const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)]
  return from + ((to - from) * 2) / 3
}

export const isUsable = (record: CertificateRecord, now: Date): boolean =>
  record.issued !== null && Date.parse(record.issued.notAfter) > now.getTime()

/** The record as it is written before an order is placed: should this process end, the order counts as one that failed. */
export function beforeOrder(record: CertificateRecord, now: Date): CertificateRecord {
  const interrupted = { type: 'interrupted', message: 'berthd ended during the order', at: now.toISOString() }
  return failedBy(record, { type: 'interrupted', retryAfter: null, isFinal: false }, interrupted, now)
}

/**
 * The record after an order failed. Once a valid certificate is there orders go on, one a day: to stop would let it run
 * out. Without one, and where asking again cannot help, they stop.
 */
export function afterFailure(
  record: CertificateRecord,
  fault: OrderFault,
  message: string,
  now: Date,
): CertificateRecord {
  return failedBy(record, fault, { type: fault.type, message, at: now.toISOString() }, now)
}

function failedBy(
  record: CertificateRecord,
  { retryAfter, isFinal }: OrderFault,
  lastError: NonNullable<CertificateRecord['lastError']>,
  now: Date,
): CertificateRecord {
  const failures = record.failures + 1
  const hasStopped = isFinal || (failures >= mostFailures && !isUsable(record, now))
  const pause = Math.max(pauses[Math.min(failures, pauses.length) - 1] ?? 0, (retryAfter ?? 0) * 1000)
  const nextTryAt = hasStopped ? null : new Date(now.getTime() + pause).toISOString()
  return { ...record, failures, lastError, nextTryAt }
}

export const afterIssue = (record: CertificateRecord, issued: IssuedRecord): CertificateRecord => ({
  ...newCertificate(record.domain),
  issued,
})

/** The record of somebody who asks for another order now. */
export const triedAgain = (record: CertificateRecord): CertificateRecord => ({
  ...record,
  failures: 0,
  lastError: null,
  nextTryAt: null,
})

export function stateOf(record: CertificateRecord, now: Date): CertificateState {
  if (record.failures > 0) return record.nextTryAt === null ? 'stopped' : 'failing'
  if (record.issued === null) return 'waiting'
  return isUsable(record, now) ? 'valid' : 'expired'
}

/** What of its running out has yet to be told: when a sixth of its life is left (two weeks of three months), and at its end. */
export function warningDue(record: CertificateRecord, now: Date): 'expiring' | 'expired' | undefined {
  const { issued, warned } = record
  if (issued === null) return undefined
  if (!isUsable(record, now)) return warned === 'expired' ? undefined : 'expired'
  return warned === null && now.getTime() >= expiringAt(issued) ? 'expiring' : undefined
}

/** From when on it counts as about to run out, ms since 1970. */
export function expiringAt({ notBefore, notAfter }: IssuedRecord): number {
  const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)]
  return to - (to - from) / 6
}
