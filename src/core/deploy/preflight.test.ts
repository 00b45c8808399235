import { expect, test } from 'vitest'
import { clockWarning, type PreflightReport, preflightFault } from './preflight.ts'

const report: PreflightReport = {
  platforms: ['linux/amd64'],
  diskFreeBytes: 10e9,
  now: '2026-01-01T00:00:00.000Z',
  number: 1,
  lockedBy: null,
  missing: ['sha256:a'],
  ingress: null,
}
const image = { service: 'web', id: 'sha256:a', platform: 'linux/amd64', bytes: 100e6 }

test('images of another processor, and those there is no room for, are refused before anything is sent', () => {
  expect(preflightFault('h1', report, [image])).toBeNull()
  expect(preflightFault('h1', report, [{ ...image, platform: 'linux/arm64' }])).toMatchObject({
    code: 'PLATFORM_MISMATCH',
    stage: 'preflight',
    message: 'the image of web is for linux/arm64, and h1 runs linux/amd64',
  })
  const full = { ...report, diskFreeBytes: 200e6 }
  expect(preflightFault('h1', full, [image])).toMatchObject({ code: 'DISK_FULL', stage: 'preflight' })
  expect(preflightFault('h1', { ...full, missing: [], ingress: null }, [image])).toBeNull()
})

test('a clock is off by what no time on the way explains', () => {
  const now = Date.parse(report.now)
  expect(clockWarning('h1', report.now, [now - 5000, now + 5000])).toBeNull()
  expect(clockWarning('h1', report.now, [now + 120_000, now + 121_000])).toBe('the clock of h1 is 120 s behind')
  expect(clockWarning('h1', report.now, [now - 300_000, now - 299_000])).toBe('the clock of h1 is 299 s ahead')
})
