import { expect, test } from 'vitest'
import { errorRateFault } from './canary.ts'

const counts = (requests: number, failures: number) => ({ requests, failures })

test('a canary goes back when more of its requests fail than may, and more than of the version before', () => {
  expect(errorRateFault(counts(100, 6), counts(900, 0), 5)).toBe('6 of its 100 requests failed')
  expect(errorRateFault(counts(100, 5), counts(900, 0), 5)).toBeNull()
  expect(errorRateFault(counts(100, 20), counts(900, 300), 5)).toBeNull()
})

test('a few requests say nothing', () => {
  expect(errorRateFault(counts(9, 9), counts(0, 0), 5)).toBeNull()
  expect(errorRateFault(counts(10, 10), counts(0, 0), 5)).not.toBeNull()
})
