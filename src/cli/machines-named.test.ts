import { expect, test } from 'vitest'
import { chooseMachines } from './machines-named.ts'

const machines: { name: string; labels: Record<string, string> }[] = [
  { name: 'a', labels: { role: 'web', eu: '' } },
  { name: 'b', labels: { role: 'db' } },
  { name: 'c', labels: { web: 'yes' } },
]

test.each([
  ['b,a', ['b', 'a']],
  ['local,a', ['local', 'a']],
  ['all', ['a', 'b', 'c']],
  ['label=web', ['a', 'c']],
  ['label=role=web', ['a']],
  ['label=eu', ['a']],
])('--on %s', (on, names) => {
  expect(chooseMachines(machines, on)).toEqual(names)
})

test.each([
  ['a,', 'does not name machines'],
  ['a,a', 'does not name machines'],
  ['a,z', 'not connected to z'],
  ['label=role=mail', 'no machine has the label role=mail'],
])('--on %s is refused', (on, message) => {
  expect(() => chooseMachines(machines, on)).toThrow(message)
})
