import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyEverything } from '../../../src/core/envs/copy-rules.ts'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'
import { treeHash, treePrint } from '../../support/tree-print.ts'
import { methodsHere } from '../../support/workspace-methods.ts'

describe.each(methodsHere)('files that are easily lost, method %s', (method) => {
  let world: GitWorld
  let source: string
  beforeEach(async () => {
    world = await openGitWorld({ method })
    source = await world.directory({ 'a.txt': 'a', '.gitignore': 'ignored/\n' }, { git: true })
  })
  afterEach(() => world.close())

  const create = async (rules = copyEverything) => {
    const workspace = world.freePath('a')
    const request = { source: { kind: 'directory' as const, directory: source }, branch: 'berth/a', rules, method }
    return { workspace, ...(await world.workspaces.create({ ...request, workspace })) }
  }

  test('names of any bytes', async () => {
    const names = ['new\nline', 'quo"te\'s', '-rf', ' blank ', 'back\\slash', 'ünï-côde ☃', '*?[x]', '$(touch x)', '~']
    for (const name of names) {
      writeFileSync(join(source, name), name)
      mkdirSync(join(source, 'ignored', name), { recursive: true })
      writeFileSync(join(source, 'ignored', name, name), name)
    }
    const odd = Buffer.from([0xff, 0xfe, 0x41])
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), odd]), 'no UTF-8')
    mkdirSync(Buffer.concat([Buffer.from(`${source}/d`), odd]))
    writeFileSync(Buffer.concat([Buffer.from(`${source}/d`), odd, Buffer.from('/x'), odd]), 'no UTF-8 inside')
    // rsync, which takes such names, does not mend the time of a directory within the same second
    utimesSync(Buffer.concat([Buffer.from(`${source}/d`), odd]), 1_000_000_000, 1_000_000_000)
    const before = treeHash(source)
    const { workspace, skipped } = await create()
    expect(treePrint(workspace)).toEqual(treePrint(source))
    expect(skipped).toEqual([])
    expect(treeHash(source)).toBe(before)
    expect(await git(workspace, 'status', '--porcelain', '-z')).toBe(await git(source, 'status', '--porcelain', '-z'))
  })

  test('the same when rules make it look at each of them', async () => {
    const odd = Buffer.from([0x64, 0xff])
    mkdirSync(Buffer.concat([Buffer.from(`${source}/`), odd]))
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), odd, Buffer.from('/keep')]), 'k')
    const expected = treePrint(source)
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), odd, Buffer.from('/x.log')]), 'l')
    mkdirSync(join(source, 'logs'))
    writeFileSync(join(source, 'logs/y.log'), 'l')
    const { workspace } = await create({ ...copyEverything, exclude: ['*.log'] })
    const names = (lines: string[]) => lines.filter((line) => !line.includes('|')).sort()
    expect(names(treePrint(workspace))).toEqual(names(expected))
    expect(statSync(join(workspace, 'logs')).isDirectory()).toBe(true)
  })

  test('links, modes, times, empty directories, fifos', async () => {
    mkdirSync(join(source, 'ignored/empty/deep'), { recursive: true })
    symlinkSync('a.txt', join(source, 'relative'))
    symlinkSync('/nowhere/at/all', join(source, 'dangling'))
    symlinkSync('/etc', join(source, 'ignored/outside'))
    writeFileSync(join(source, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(join(source, 'secret'), 's')
    chmodSync(join(source, 'secret'), 0o600)
    mkdirSync(join(source, 'locked'))
    writeFileSync(join(source, 'locked/file'), 'f', { mode: 0o444 })
    chmodSync(join(source, 'locked'), 0o555)
    execFileSync('mkfifo', [join(source, 'ignored/fifo')])
    utimesSync(join(source, 'a.txt'), 1_000_000_000, 1_000_000_000)
    utimesSync(join(source, 'locked'), 1_000_000_001, 1_000_000_001)
    const { workspace } = await create()
    expect(treePrint(workspace)).toEqual(treePrint(source))
    await world.workspaces.remove(workspace, 'copy')
    expect(await world.exists(workspace)).toBe(false)
    expect(await world.exists('/etc/passwd')).toBe(true)
    chmodSync(join(source, 'locked'), 0o755)
  })

  test('a link that stands for a directory git has, a directory for a file', async () => {
    await world.write(source, { 'd/e/x.txt': 'x', 'd/y.txt': 'y', f: 'f' })
    await world.commit(source, 'a directory')
    rmSync(join(source, 'd'), { recursive: true })
    rmSync(join(source, 'f'))
    symlinkSync('.', join(source, 'd'))
    await world.write(source, { 'f/z.txt': 'z' })
    const { workspace, baseCommit } = await create()
    expect(treePrint(workspace)).toEqual(treePrint(source))
    expect(await git(workspace, 'status', '--porcelain')).toBe(await git(source, 'status', '--porcelain'))
    expect(await world.workspaces.diff(workspace, baseCommit ?? '')).toEqual({ patch: '', files: [] })
  })

  test('a sparse file stays sparse', async () => {
    execFileSync('truncate', ['-s', '64M', join(source, 'disk.img')])
    const { workspace } = await create()
    expect(statSync(join(workspace, 'disk.img'))).toMatchObject({ size: 64 * 1024 * 1024, blocks: 0 })
  })

  test('sockets are left out, and said', async () => {
    mkdirSync(join(source, 'ignored/run'), { recursive: true })
    const server = createServer().listen(join(source, 'ignored/run/app.sock'))
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const { workspace, skipped } = await create()
      expect(skipped).toEqual([{ path: 'ignored/run/app.sock', reason: 'socket' }])
      expect(await world.exists(join(workspace, 'ignored/run'))).toBe(true)
      expect(await world.exists(join(workspace, 'ignored/run/app.sock'))).toBe(false)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('an absolute link into the project leads into the copy, unless git tracks it', async () => {
    symlinkSync(join(source, 'a.txt'), join(source, 'tracked-link'))
    await world.commit(source, 'link')
    mkdirSync(join(source, 'ignored/public'), { recursive: true })
    symlinkSync(join(source, 'ignored'), join(source, 'ignored/public/storage'))
    const { workspace } = await create()
    expect(readlinkSync(join(workspace, 'ignored/public/storage'))).toBe('..')
    expect(readlinkSync(join(workspace, 'tracked-link'))).toBe(join(source, 'a.txt'))
    expect(await git(workspace, 'status', '--porcelain')).toBe('')
    expect(lstatSync(join(source, 'ignored/public/storage')).isSymbolicLink()).toBe(true)
  })
})
