import { expect, test } from 'vitest'
import {
  afterFailure,
  afterIssue,
  beforeOrder,
  dueAt,
  newCertificate,
  stateOf,
  triedAgain,
  warningDue,
} from './decide.ts'
import type { CertificateRecord, IssuedRecord } from './model.ts'

const ca = 'https://ca.example/directory'
const start = new Date('2026-01-01T00:00:00.000Z')
const days = (count: number) => new Date(start.getTime() + count * 86_400_000)
const issued: IssuedRecord = {
  digest: 'd',
  directory: ca,
  issuer: 'CN=CA',
  notBefore: start.toISOString(),
  notAfter: days(90).toISOString(),
}
const fault = (more: object = {}) => ({ type: 'connection', retryAfter: null, isFinal: false, ...more })
const none = newCertificate('shop.example.com')
const due = (record: CertificateRecord, directory = ca) => {
  const at = dueAt(record, directory)
  return at === undefined ? undefined : (at - start.getTime()) / 60_000
}

test('a domain without a certificate is due at once, one with a certificate after two thirds of its life', () => {
  expect(dueAt(none, ca)).toBe(0)
  expect(due(afterIssue(none, issued))).toBe(60 * 24 * 60)
  expect(dueAt(afterIssue(none, issued), 'https://other.example/directory')).toBe(0)
})

test('without a certificate five orders may fail, at the pace Let’s Encrypt asks for; then nothing is due any more', () => {
  let record = none
  const pauses: (number | undefined)[] = []
  for (let failures = 1; failures <= 5; failures++) {
    record = afterFailure(record, fault(), 'no', start)
    pauses.push(due(record))
  }
  expect(pauses).toEqual([1, 10, 100, 1440, undefined])
  expect(stateOf(record, start)).toBe('stopped')
  expect(dueAt(triedAgain(record), ca)).toBe(0)
})

test('where one is valid still, orders go on once a day until it has run out', () => {
  let record = afterIssue(none, issued)
  for (let failures = 1; failures <= 9; failures++) record = afterFailure(record, fault(), 'no', days(60))
  expect(due(record)).toBe(61 * 24 * 60)
  expect(afterFailure(record, fault(), 'no', days(91)).nextTryAt).toBeNull()
})

test('a CA that asks to be left alone is; what cannot help is not tried again', () => {
  expect(due(afterFailure(none, fault({ type: 'rateLimited', retryAfter: 7200 }), 'no', start))).toBe(120)
  expect(due(afterFailure(none, fault({ retryAfter: 1 }), 'no', start))).toBe(1)
  expect(stateOf(afterFailure(none, fault({ isFinal: true }), 'no', start), start)).toBe('stopped')
})

test('an order that berthd did not see the end of counts as one that failed', () => {
  expect(beforeOrder(none, start)).toMatchObject({ failures: 1, lastError: { type: 'interrupted' } })
})

test('its end is told twice: when a sixth of its life is left, and when it is over', () => {
  const record = afterIssue(none, issued)
  expect(warningDue(record, days(74))).toBeUndefined()
  expect(warningDue(record, days(75))).toBe('expiring')
  expect(warningDue({ ...record, warned: 'expiring' }, days(76))).toBeUndefined()
  expect(warningDue({ ...record, warned: 'expiring' }, days(90))).toBe('expired')
  expect(warningDue({ ...record, warned: 'expired' }, days(91))).toBeUndefined()
  expect(stateOf(record, days(91))).toBe('expired')
})
