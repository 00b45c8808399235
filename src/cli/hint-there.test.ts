import { expect, test } from 'vitest'
import { hintThere } from './hint-there.ts'

test.each([
  ['berth up tea', 'big-box', 'berth up --on big-box tea'],
  ['berth ls shows the envs there are', 'h1', 'berth ls --on h1 shows the envs there are'],
  ['berth app rm shop, for each of them', 'h1', 'berth app rm --on h1 shop, for each of them'],
  ['berth jobs ls shows the jobs there are', 'h1', 'berth jobs ls --on h1 shows the jobs there are'],
  ['did you mean big-box? else: berth connect big-box', 'bigbox', 'did you mean big-box? else: berth connect big-box'],
  ['berth up tea', 'local', 'berth up tea'],
  [
    'berth destroy and berth app rm each first, with --on h1',
    'h1',
    'berth destroy and berth app rm each first, with --on h1',
  ],
])('%s, of %s', (hint, machine, said) => {
  expect(hintThere(hint, machine)).toBe(said)
})
