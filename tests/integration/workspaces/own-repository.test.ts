import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { copiesOf, smallRepository } from '../../support/faithful-copies.ts'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'
import { methodsHere } from '../../support/workspace-methods.ts'

describe.each(methodsHere)('a repository of its own, method %s', (method) => {
  let world: GitWorld
  let source: string
  beforeEach(async () => {
    world = await openGitWorld({ method })
    source = await world.directory(smallRepository, { git: true })
  })
  afterEach(() => world.close())

  const { create, createFaithful } = copiesOf(() => ({ world, source }), method)

  test('branches of the user that stand in the way', async () => {
    await git(source, 'branch', 'berth')
    await git(source, 'pack-refs', '--all')
    await createFaithful()
    expect(await git(source, 'rev-parse', 'berth')).toBe(await git(source, 'rev-parse', 'main'))
  })

  test('neither side can take objects from the other', async () => {
    await world.write(source, { 'a.txt': 'second\n' })
    await world.commit(source, 'second')
    const { workspace } = await createFaithful()
    await git(source, 'reset', '-q', '--hard', 'HEAD~1')
    await git(source, 'reflog', 'expire', '--expire=now', '--all')
    await git(source, 'gc', '-q', '--prune=now')
    expect(await git(workspace, 'fsck', '--full', '--no-dangling')).toBe('')
    await git(workspace, 'checkout', '-q', '--orphan', 'nothing')
    await git(workspace, 'branch', '-q', '-D', 'berth/a', 'main')
    await git(workspace, 'reflog', 'expire', '--expire=now', '--all')
    await git(workspace, 'gc', '-q', '--prune=now')
    expect(await git(source, 'fsck', '--full', '--no-dangling')).toBe('')
    expect(await world.exists(join(workspace, '.git/objects/info/alternates'))).toBe(false)
  })

  test('a later workspace has new commits, also after a repack', async () => {
    await create(source, 'first')
    await world.write(source, { 'a.txt': 'second\n' })
    await world.commit(source, 'second')
    await git(source, 'gc', '-q', '--prune=now')
    await world.write(source, { 'a.txt': 'third\n' })
    await world.commit(source, 'third')
    const { workspace } = await createFaithful()
    expect(await git(workspace, 'log', '--format=%s')).toBe('third\nsecond\nfirst\n')
  })

  test('a large pack is kept once for all workspaces, and is not the file of the user', async () => {
    writeFileSync(join(source, 'big.bin'), randomBytes(40 * 1024 * 1024))
    await world.commit(source, 'big')
    await git(source, 'gc', '-q')
    const packOf = async (directory: string) => {
      const name = (await git(directory, 'count-objects', '-v')) && readPack(directory)
      return statSync(join(directory, '.git/objects/pack', name))
    }
    const [a, b] = [await create(source, 'a'), await create(source, 'b')]
    const [theirs, ours, others] = await Promise.all([source, a.workspace, b.workspace].map(packOf))
    expect(theirs?.nlink).toBe(1)
    if (method === 'copy') expect(ours?.ino).toBe(others?.ino)
    expect(ours?.ino).not.toBe(theirs?.ino)
    expect(await world.workspaces.leftovers([source])).toEqual([])
    for (const { workspace } of [a, b]) await world.workspaces.remove(workspace, method === 'copy' ? 'copy' : 'overlay')
    const left = await world.workspaces.leftovers([])
    expect(left.map(({ kind }) => kind)).toContain(method === 'copy' ? 'objects' : 'base')
    expect(left.every(({ bytes }) => bytes > 40 * 1024 * 1024)).toBe(true)
    for (const leftover of left) await world.workspaces.removeLeftover(leftover)
    for (const leftover of await world.workspaces.leftovers([])) await world.workspaces.removeLeftover(leftover)
    expect(await world.workspaces.leftovers([])).toEqual([])
  })

  test('commits are in the name the user has there, and remotes stay reachable', async () => {
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(world.root, 'gitconfig'))
    await world.write(world.root, {
      gitconfig: `[user]\n\tname = Home\n\temail = home@example.com\n[includeIf "gitdir:${source}/"]\n\tpath = ${world.root}/work\n`,
      work: '[user]\n\temail = "work \\"x\\"@example.com"\n',
    })
    const upstream = join(world.root, 'upstream.git')
    await git(source, 'clone', '-q', '--bare', source, upstream)
    await git(source, 'remote', 'add', 'origin', '../upstream.git')
    try {
      const { workspace } = await createFaithful()
      await world.write(workspace, { 'n.txt': 'n' })
      await world.workspaces.commitAll(workspace, 'n')
      expect(await git(workspace, 'log', '-1', '--format=%an <%ae>')).toBe('Home <work "x"@example.com>\n')
      await git(workspace, 'push', '-q', 'origin', 'HEAD')
      expect(await git(upstream, 'rev-parse', 'berth/a')).toBe(await git(workspace, 'rev-parse', 'HEAD'))
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('a lock of the user at work is not inherited', async () => {
    await world.write(source, { '.git/index.lock': '', '.git/refs/heads/main.lock': '' })
    const { workspace } = await create()
    await world.write(workspace, { 'n.txt': 'n' })
    await world.workspaces.commitAll(workspace, 'n')
    renameSync(join(source, '.git/index.lock'), join(source, '.git/index.unlocked'))
  })
})

function readPack(directory: string): string {
  const names = readFileSync(join(directory, '.git/objects/info/packs'), 'utf8')
  return /pack-\w+\.pack/.exec(names)?.[0] ?? ''
}
