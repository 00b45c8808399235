/** What of a project is in no commit and no file: empty directories, and what is under way. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'
import { openSyncWorld, type SyncWorld } from '../../support/sync-world.ts'

let world: SyncWorld
let sources: GitWorld
beforeEach(async () => {
  world = await openSyncWorld()
  sources = await openGitWorld()
})
afterEach(async () => {
  await world.close()
  await sources.close()
})

const shop = { 'compose.yaml': 'services: {}\n', 'src/app.js': 'one\ntwo\n', '.gitignore': 'modules/\n.env\n' }
const status = (directory: string) => git(directory, 'status', '--porcelain', '--branch', '--ignored=no')

test('empty directories arrive and go again, as long as they are empty', async () => {
  const source = await sources.directory(shop, { git: true })
  const make = (...paths: string[]) => Promise.all(paths.map((path) => mkdir(join(source, path), { recursive: true })))
  await make('logs/old', 'data', 'caf\u00e9 "x"', 'modules/empty', 'new/inner')
  await sources.write(source, { 'new/file': 'n', 'src/modules/i.js': 'dep' })
  const { directory } = await world.sync(source)
  const all = async () =>
    (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .filter((path) => !path.startsWith('.git'))
      .toSorted()
  expect(await all()).toEqual(['caf\u00e9 "x"', 'data', 'logs', 'logs/old', 'new', 'new/inner', 'src'])
  await rm(join(source, 'logs'), { recursive: true })
  await rm(join(source, 'data'), { recursive: true })
  await sources.write(source, { data: 'a file now', 'new/inner/file': 'i' })
  await world.sync(source)
  expect(await all()).toEqual(['caf\u00e9 "x"', 'new', 'new/inner', 'src'])
  expect(await readFile(join(directory, 'data'), 'utf8')).toBe('a file now')
  // what a caller names leads nowhere else
  const [unit] = world.last().units
  for (const path of ['../out', '.git/hooks', 'a/.GIT', '/etc'])
    await expect(world.receive({ empty: [path] }), path).rejects.toMatchObject({ code: 'NAME_INVALID' })
  expect(unit?.empty).toEqual(['caf\u00c3\u00a9 "x"'])
})

test.each([
  ['merge', 'MERGE_HEAD'],
  ['cherry-pick', 'CHERRY_PICK_HEAD'],
])('a %s under way goes on there, and is over there once it is here', async (verb, head) => {
  const source = await sources.directory({ ...shop, 'gone.txt': 'x' }, { git: true })
  const commit = async (files: Record<string, string>) => {
    await sources.write(source, files)
    await git(source, 'add', '--all')
    await git(source, 'commit', '--quiet', '-m', 'more')
  }
  await git(source, 'switch', '--quiet', '-c', 'side')
  await commit({ 'src/app.js': 'theirs\n', 'gone.txt': 'changed', 'clean.txt': 'clean' })
  await git(source, 'switch', '--quiet', '-')
  await git(source, 'rm', '--quiet', 'gone.txt')
  await commit({ 'src/app.js': 'ours\n' })
  await git(source, verb, 'side').catch(() => undefined)
  await git(source, 'branch', '--quiet', '-D', 'side')
  const { directory } = await world.sync(source)
  expect(await status(directory)).toBe(await status(source))
  expect(await git(directory, 'ls-files', '--stage')).toBe(await git(source, 'ls-files', '--stage'))
  expect(await git(directory, 'rev-parse', head)).toBe(await git(source, 'rev-parse', head))
  expect(await git(directory, 'fsck', '--no-dangling')).toBe('')
  await sources.write(source, { 'src/app.js': 'both\n', 'gone.txt': 'kept' })
  await git(source, 'add', '--all')
  await git(source, 'commit', '--quiet', '--no-edit')
  await world.sync(source)
  expect(await status(directory)).toBe(await status(source))
  expect(await git(directory, 'rev-parse', '--verify', '--quiet', head).catch(() => 'none')).toBe('none')
})
