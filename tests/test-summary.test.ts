import { expect, test } from 'vitest'
import { countFailed, summary } from '../scripts/test/summary.ts'

const file = { tier: 'e2e', file: 'tests/e2e/x.test.ts', milliseconds: 1200, passed: 3, failed: [], skipped: [] }

test('what failed is the last but the sum, each with the first lines of its message, however long that is', () => {
  const message = ['\u001b[31mexpected 1', 'to be 2', 'three', 'four', 'five', 'six', '❯ x.test.ts:7:1'].join('\n')
  const bad = { ...file, file: 'tests/e2e/y.test.ts', milliseconds: 9000, failed: [{ name: 'it works', message }] }
  const said = summary({ files: [file, bad, { ...file, skipped: ['needs root'] }], errors: [] })
  expect(said.split('\n')).toEqual([
    'slowest files',
    '     9 s  e2e  tests/e2e/y.test.ts',
    '     1 s  e2e  tests/e2e/x.test.ts',
    '     1 s  e2e  tests/e2e/x.test.ts',
    '',
    'skipped',
    '  e2e  tests/e2e/x.test.ts  needs root',
    '',
    'failed',
    '  e2e  tests/e2e/y.test.ts  it works',
    '      expected 1',
    '      to be 2',
    '      three',
    '      four',
    '      five',
    '      ❯ x.test.ts:7:1',
    '',
    '9 passed, 1 failed, 1 skipped',
  ])
})

test('a test with two errors is one, and what failed outside of any test counts', () => {
  const twice = ['a', 'b'].map((message) => ({ name: 'it works', message }))
  const files = [{ ...file, failed: twice }]
  expect(countFailed({ files, errors: [{ name: 'outside of any test', message: 'unhandled' }] })).toBe(2)
})
