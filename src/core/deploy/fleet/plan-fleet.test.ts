import { expect, test } from 'vitest'
import { type PlanRequest, planFleet } from './plan-fleet.ts'

const asked: PlanRequest = {
  machines: ['a', 'b', 'c', 'd', 'e'],
  strategy: 'serial',
  maxParallel: null,
  canary: null,
  share: null,
  continueOnError: false,
  wait: false,
  watchSeconds: null,
}
const order = (request: Partial<PlanRequest>) =>
  planFleet({ ...asked, ...request }).waves.map(({ machines, atOnce }) => `${machines.join('+')} by ${atOnce}`)

test('serial is one after the other, parallel all or as many as may be', () => {
  expect(order({})).toEqual(['a by 1', 'b by 1', 'c by 1', 'd by 1', 'e by 1'])
  expect(order({ strategy: 'parallel' })).toEqual(['a+b+c+d+e by 5'])
  expect(order({ strategy: 'parallel', maxParallel: 2 })).toEqual(['a+b+c+d+e by 2'])
})

test('rolling goes by groups, each of which has to be well before the next', () => {
  expect(order({ strategy: 'rolling' })).toHaveLength(5)
  expect(order({ strategy: 'rolling', maxParallel: 2 })).toEqual(['a+b by 2', 'c+d by 2', 'e by 1'])
  expect(planFleet({ ...asked, strategy: 'rolling' }).waves.every(({ gate }) => gate)).toBe(true)
})

test('a canary goes alone, the rest after it', () => {
  expect(order({ strategy: 'canary' })).toEqual(['a by 1', 'b+c+d+e by 4'])
  expect(order({ strategy: 'canary', canary: 'c', maxParallel: 2 })).toEqual(['c by 1', 'a+b+d+e by 2'])
  const [first, ...rest] = planFleet({ ...asked, strategy: 'canary', share: 10 }).waves
  expect(first).toMatchObject({ canary: true, gate: true, share: 10 })
  expect(rest).toMatchObject([{ canary: false, gate: false, share: null }])
  expect(order({ strategy: 'canary', machines: ['a'] })).toEqual(['a by 1'])
  expect(() => order({ strategy: 'canary', canary: 'z' })).toThrow('the canary z is none of a, b, c, d, e')
})
