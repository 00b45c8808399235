import { expect, test } from 'vitest'
import { homePaths } from './paths.ts'

const paths = homePaths('/home/u/.berth')

test('names are parts of paths', () => {
  expect(paths.fleet('acme', 'shop')).toBe('/home/u/.berth/fleets/acme/shop')
  expect(paths.remote()).toBe('/home/u/.berth/remotes')
  expect(paths.workspace('shop', 'feat-a')).toBe('/home/u/.berth/workspaces/shop/feat-a')
})

test.each(['', '.', '..', '../..', 'a/b', '/etc', 'a\0b'])('%j leads nowhere', (name) => {
  for (const path of ['context', 'app', 'webhook', 'envFiles', 'results'] as const)
    expect(() => paths[path](name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }))
  expect(() => paths.fleet(name, 'shop')).toThrow()
  expect(() => paths.fleet('acme', name)).toThrow()
  expect(() => paths.remote('acme', name)).toThrow()
})
