import { expect, test } from 'vitest'
import { acceptingDevice, addressesFor, isWithinRange, machineDevice } from './addresses.ts'

test('addresses are the same each time, in the range, and clear of what is taken', () => {
  const some = addressesFor('home', '10.223.0.0/16', [], 8)
  expect(new Set(some).size).toBe(8)
  expect(addressesFor('home', '10.223.0.0/16', [], 8)).toEqual(some)
  expect(some.every((one) => isWithinRange(one, '10.223.0.0/16'))).toBe(true)
  const [first = '', second] = some
  expect(addressesFor('home', '10.223.0.0/16', [first], 1)).toEqual([second])
  expect(addressesFor('home', '10.223.0.0/16', ['10.0.0.0/8'], 1)).toEqual([])
})

test('a small range gives what it has, without its first and last', () => {
  expect(addressesFor('home', '10.223.0.0/30', [], 8).toSorted()).toEqual(['10.223.0.1', '10.223.0.2'])
  expect(addressesFor('home', '10.223.0.0/32', [], 8)).toEqual([])
})

test('names of interfaces are short enough for Linux, and each has its own', () => {
  const names = [acceptingDevice('a'), machineDevice('a', 'default', 'x'), machineDevice('b', 'default', 'x')]
  expect(new Set(names).size).toBe(3)
  for (const name of names) expect(name.length).toBeLessThanOrEqual(15)
})
