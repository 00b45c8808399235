import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createRepositories } from '../../../src/adapters/workspaces/repositories.ts'
import { isSameRepository } from '../../../src/core/projects/identity.ts'
import { git } from '../../support/git-world.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

let root: string
const at = (name: string) => join(root, name)
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}repositories-`)))
  for (const [name, text] of [
    ['first', 'one'],
    ['other', 'two'],
  ] as const) {
    await mkdir(at(`${name}/api`), { recursive: true })
    await writeFile(at(`${name}/api/note.txt`), text)
    await git(at(name), 'init', '--quiet', '--initial-branch=main')
    await git(at(name), 'add', '--all')
    await git(at(name), 'commit', '--quiet', '-m', text)
  }
  await git(root, 'clone', '--quiet', at('first'), at('clone'))
  await git(at('clone'), 'remote', 'remove', 'origin')
  await mkdir(at('plain'))
  await mkdir(at('empty'))
  await git(at('empty'), 'init', '--quiet')
})
afterAll(() => rm(root, { recursive: true, force: true }))

const repositories = () => createRepositories(createLocalHost())

test('copies of one repository are known by its first commit, others are not', async () => {
  const known = repositories()
  const [first, clone, other] = await Promise.all(['first', 'clone', 'other'].map((name) => known.identity(at(name))))
  expect(isSameRepository(first ?? [], clone ?? [])).toBe(true)
  expect(isSameRepository(first ?? [], other ?? [])).toBe(false)
  expect(await known.top(at('first/api'))).toBe(at('first'))
  expect(await known.top(at('plain'))).toBe(at('plain'))
  for (const name of ['plain', 'empty']) expect(await known.identity(at(name))).toEqual([])
})

test.each([
  ['git@example.org:team/shop.git', 'remote example.org/team/shop'],
  ['ssh://git@example.org:2222/team/shop.git', 'remote example.org/team/shop'],
  ['https://me:secret@Example.org/team/shop', 'remote example.org/team/shop'],
  ['https://example.org/team/shop.git/', 'remote example.org/team/shop'],
  ['/srv/git/shop.git', undefined],
  ['../shop', undefined],
])('fetched from %s', async (url, place) => {
  await git(at('empty'), 'config', 'remote.origin.url', url)
  expect(await repositories().identity(at('empty'))).toEqual(place === undefined ? [] : [place])
})
