import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createTextSearch } from '../../../src/adapters/text-search/text-search.ts'
import { must } from '../../support/must.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

const search = createTextSearch(createLocalHost())
let directory: string
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}search-`)))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const file = async (name: string, content: string | Buffer) => {
  await mkdir(join(directory, name, '..'), { recursive: true })
  await writeFile(join(directory, name), content)
  return join(directory, name)
}

test('words are found byte for byte, in binary files too, once a file; what is left out is not looked at', async () => {
  const binary = await file('a/state.db', Buffer.from('\0\0x.*y\0 ü-word\n\0x.*y'))
  const text = await file('with space/and ü', 'say x.*y twice: x.*y')
  await file('skipped/deep/file', 'x.*y')
  await file('other', 'xaay')
  const found = await search.below(directory, ['x.*y', 'ü-word', 'nowhere'], ['skipped'])
  expect(new Set(found)).toEqual(
    new Set([
      { word: 'x.*y', file: binary },
      { word: 'ü-word', file: binary },
      { word: 'x.*y', file: text },
    ]),
  )
})

test('in a repository only what is tracked counts; in none there is nothing', async () => {
  expect(await search.tracked(directory, ['a-word'])).toEqual([])
  await must(['git', 'init', '-q'], { cwd: directory })
  const tracked = await file('sub/tracked', 'a-word')
  await file('untracked', 'a-word')
  await must(['git', 'add', 'sub/tracked'], { cwd: directory })
  expect(await search.tracked(directory, ['a-word'])).toEqual([{ word: 'a-word', file: tracked }])
  expect(await search.tracked(directory, [])).toEqual([])
})
