import { expect, test } from 'vitest'
import { endedByEngine } from './bring-back-apps.ts'

const at = (id: string, seconds: number) => ({ id, endedAt: seconds * 1000 })

test('what ended together, before anything that runs now had started, ended with the engine', () => {
  expect(endedByEngine([at('web', 100), at('store', 102)], [110_000])).toEqual(['web', 'store'])
  expect(endedByEngine([at('web', 100), at('store', 102)], [])).toEqual(['web', 'store'])
})

test('what ended while something ran on was stopped by hand, and what was long over is over', () => {
  expect(endedByEngine([at('web', 100)], [50_000, 110_000])).toEqual([])
  expect(endedByEngine([at('migrate', 10), at('web', 100)], [110_000])).toEqual(['web'])
  expect(endedByEngine([], [])).toEqual([])
})
