import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyEverything } from '../../../src/core/envs/copy-rules.ts'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'

let world: GitWorld
let place: string
beforeEach(async () => {
  world = await openGitWorld()
  place = await mkdtemp(join(tmpdir(), 'berth-packs-'))
})
afterEach(async () => {
  await world.close()
  await rm(place, { recursive: true, force: true })
})

const head = async (directory: string, name = 'HEAD') => (await git(directory, 'rev-parse', name)).trim()

/** A user's repository, its copy on a machine, and an env made of that. */
async function away() {
  const user = await world.directory({ 'a.txt': 'one\n' }, { git: true })
  const mirror = join(world.root, 'mirror')
  await git(world.root, 'clone', '--quiet', user, mirror)
  const workspace = world.freePath('a')
  const { baseCommit } = await world.workspaces.create({
    source: { kind: 'directory', directory: mirror },
    workspace,
    branch: 'berth/a',
    rules: copyEverything,
    method: 'auto',
  })
  const file = join(place, 'work.pack')
  const bring = async (before: string | null = null) => {
    await rm(file, { force: true })
    const haves = await world.workspaces.haves(user)
    const packed = await world.workspaces.packWork(workspace, baseCommit ?? '', { haves, file })
    const from = packed.packed ? file : null
    const taken = await world.workspaces.takeWork(user, {
      branch: 'berth/a',
      commit: packed.commit,
      file: from,
      before,
    })
    return { ...packed, ...taken }
  }
  return { user, workspace, file, bring }
}

test('work comes as a branch, and only what is new of it travels', async () => {
  const { user, workspace, bring } = await away()
  await world.write(workspace, { 'a.txt': 'two\n', 'b.txt': 'new\n' })
  await world.workspaces.commitAll(workspace, 'work')
  const before = await git(user, 'status', '--porcelain', '--branch')
  const first = await bring()
  expect(first).toMatchObject({ commits: 1, packed: true })
  expect(await world.branch(user, 'berth/a')).toEqual({ 'a.txt': 'two\n', 'b.txt': 'new\n' })
  expect(await git(user, 'status', '--porcelain', '--branch')).toBe(before)
  expect(await bring(first.commit)).toMatchObject({ packed: false, commit: first.commit })

  await git(workspace, 'commit', '--quiet', '--amend', '-m', 'work, said better')
  await expect(bring()).rejects.toMatchObject({ code: 'GIT_CONFLICT' })
  const again = await bring(first.commit)
  expect(await head(user, 'berth/a')).toBe(again.commit)
})

test('a branch that is checked out or went another way stays', async () => {
  const { user, workspace, bring } = await away()
  await world.write(workspace, { 'a.txt': 'two\n' })
  await world.workspaces.commitAll(workspace, 'work')
  await bring()
  await git(user, 'checkout', '--quiet', 'berth/a')
  await expect(bring()).rejects.toMatchObject({ code: 'GIT_CONFLICT' })
  await world.write(user, { 'c.txt': 'mine' })
  const mine = await world.commit(user, 'mine')
  await git(user, 'checkout', '--quiet', 'main')
  await world.write(workspace, { 'a.txt': 'three\n' })
  await world.workspaces.commitAll(workspace, 'more')
  await expect(bring()).rejects.toMatchObject({ code: 'GIT_CONFLICT' })
  expect(await head(user, 'berth/a')).toBe(mine)
})

test('a machine that lies changes nothing here', async () => {
  const { user, workspace, file, bring } = await away()
  await world.write(workspace, { 'a.txt': 'two\n' })
  await world.workspaces.commitAll(workspace, 'work')
  const { commit } = await bring()
  await git(user, 'branch', '-D', 'berth/a')
  const refs = await git(user, 'for-each-ref')
  const take = (work: Partial<{ branch: string; commit: string; file: string | null }>) =>
    world.workspaces.takeWork(user, { branch: 'berth/a', commit, file, before: null, ...work })

  await writeFile(file, 'no pack at all')
  await expect(take({})).rejects.toMatchObject({ code: 'GIT_FAILED' })
  for (const branch of ['../../config', '-f', 'a..b', 'x\ny', 'a/.lock', ''])
    await expect(take({ branch, file: null })).rejects.toMatchObject({ code: 'NAME_INVALID' })
  for (const odd of ['--upload-pack=touch /tmp/x', 'HEAD', 'refs/heads/main', ''])
    await expect(take({ commit: odd, file: null })).rejects.toMatchObject({ code: 'GIT_FAILED' })
  expect(await git(user, 'for-each-ref')).toBe(refs)
})

test.each([
  ['.git/hooks', 'post-checkout'],
  ['..', 'outside'],
  ['.GIT', 'config'],
])('a tree that would write to %s is not let in', async (directory, name) => {
  const { user, workspace, file } = await away()
  const oid =
    (...args: string[]) =>
    (input: string | Buffer) =>
      execFileSync('git', ['-C', workspace, ...args], { input })
        .toString()
        .trim()
  const blob = oid('hash-object', '-w', '--stdin')('#!/bin/sh\n')
  const tree = (entry: string, mode: string, of: string) =>
    oid(
      'hash-object',
      '-w',
      '-t',
      'tree',
      '--literally',
      '--stdin',
    )(Buffer.concat([Buffer.from(`${mode} ${entry}\0`), Buffer.from(of, 'hex')]))
  const inner = tree(name, '100755', blob)
  const top = directory.split('/').reduceRight((below, part) => tree(part, '40000', below), inner)
  const parent = await head(workspace)
  const who = 'Eve <eve@example.com> 1700000000 +0000'
  const commit = oid(
    'hash-object',
    '-w',
    '-t',
    'commit',
    '--stdin',
  )(`tree ${top}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n\nx\n`)
  const pack = ['-C', workspace, 'pack-objects', '--revs', '--stdout', '-q']
  await writeFile(file, execFileSync('git', pack, { input: `${commit}\n^${parent}\n` }))
  const work = { branch: 'berth/a', commit, file, before: null }
  await expect(world.workspaces.takeWork(user, work)).rejects.toMatchObject({ code: /GIT_/ })
  expect(await git(user, 'branch', '--list', 'berth/*')).toBe('')
  await expect(readFile(join(user, '../outside'))).rejects.toThrow('ENOENT')
})
