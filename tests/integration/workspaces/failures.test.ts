import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyEverything } from '../../../src/core/envs/copy-rules.ts'
import type { WorkspaceRequest } from '../../../src/core/ports.ts'
import { type GitWorld, openGitWorld } from '../../support/git-world.ts'
import { mountLoop, whyNoLoop } from '../../support/loop-file-system.ts'
import { treeHash } from '../../support/tree-print.ts'
import { methodsHere } from '../../support/workspace-methods.ts'

const requestFor = (world: GitWorld, source: string, more: Partial<WorkspaceRequest> = {}): WorkspaceRequest => ({
  source: { kind: 'directory', directory: source },
  workspace: world.freePath('a'),
  branch: 'berth/a',
  rules: copyEverything,
  method: world.method,
  ...more,
})

/** A project of many small files. */
async function manyFiles(world: GitWorld, count: number): Promise<string> {
  const source = await world.directory({ 'a.txt': 'a' }, { git: true })
  for (let index = 0; index < count; index += 1) {
    const directory = join(source, `d${index % 40}`)
    if (index < 40) mkdirSync(directory)
    writeFileSync(join(directory, `f${index}`), 'x'.repeat(2000))
  }
  return source
}

/** Nothing of a workspace is left: neither files nor what is kept beside them. */
async function expectNothing(world: GitWorld): Promise<void> {
  expect(await world.exists(world.freePath('a'))).toBe(false)
  expect(await world.workspaces.list()).toEqual([])
  for (const leftover of await world.workspaces.leftovers([])) await world.workspaces.removeLeftover(leftover)
  const left = readdirSync(world.state, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  )
  expect(left.map(({ name }) => name)).toEqual([])
}

describe.each(methodsHere)('when something goes wrong, method %s', (method) => {
  let world: GitWorld
  beforeEach(async () => {
    world = await openGitWorld({ method })
  })
  afterEach(() => world.close())

  test('an abort in the middle leaves nothing, and the next attempt works', async () => {
    const source = await manyFiles(world, 1200)
    const before = treeHash(source)
    const stop = new AbortController()
    const reason = new Error('enough')
    const onProgress = () => stop.abort(reason)
    const aborted = world.workspaces.create(requestFor(world, source, { signal: stop.signal, onProgress }))
    await expect(aborted).rejects.toBe(reason)
    await expectNothing(world)
    expect(treeHash(source)).toBe(before)
    await world.workspaces.create(requestFor(world, source))
    expect(await world.read(world.freePath('a'))).toEqual(await world.read(source))
  })

  test('progress grows to the number of files', async () => {
    const source = await manyFiles(world, 1200)
    const seen: { files: number; total: number }[] = []
    const { files } = await world.workspaces.create(requestFor(world, source, { onProgress: (at) => seen.push(at) }))
    expect(seen.length).toBeGreaterThan(2)
    expect(seen.map((at) => at.files)).toEqual(seen.map((at) => at.files).sort((a, b) => a - b))
    expect(seen.at(-1)).toEqual({ files, total: files })
  })

  test('killed in the middle: what is half made can be removed, and made again', async () => {
    const source = await manyFiles(world, 2000)
    const child = createInProcess(world, source)
    await once(child.stdout ?? child, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await world.workspaces.list()).toHaveLength(method === 'copy' ? 1 : 0)
    await world.workspaces.remove(world.freePath('a'), method === 'copy' ? 'copy' : 'overlay')
    await expectNothing(world)
    await world.workspaces.create(requestFor(world, source))
    expect(await world.read(world.freePath('a'))).toEqual(await world.read(source))
  })

  test('twenty at once, of one source', async () => {
    const source = await manyFiles(world, 200)
    const before = treeHash(source)
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
    const results = await Promise.all(
      names.map((name) =>
        world.workspaces.create(
          requestFor(world, source, { workspace: world.freePath(name), branch: `berth/${name}` }),
        ),
      ),
    )
    expect(new Set(results.map(({ baseCommit }) => baseCommit)).size).toBe(1)
    const expected = await world.read(source)
    for (const name of names) expect(await world.read(world.freePath(name))).toEqual(expected)
    expect(treeHash(source)).toBe(before)
    await Promise.all(names.map((name) => world.workspaces.remove(world.freePath(name), 'copy')))
    await expectNothing(world)
  })

  test('a workspace of protected directories and links is removed, and nothing else', async () => {
    const other = await world.directory({ 'precious.txt': 'p' })
    const source = await world.directory({ 'a.txt': 'a' }, { git: true })
    const workspace = world.freePath('a')
    await world.workspaces.create(requestFor(world, source))
    mkdirSync(join(workspace, 'locked/deep'), { recursive: true })
    writeFileSync(join(workspace, 'locked/deep/file'), 'f')
    for (const path of ['locked/deep', 'locked']) chmodSync(join(workspace, path), 0o000)
    symlinkSync(other, join(workspace, 'link'))
    await world.workspaces.remove(workspace, 'copy')
    await expectNothing(world)
    expect(await world.read(other)).toEqual({ 'precious.txt': 'p' })
  })

  test.skipIf(process.getuid?.() !== 0)('what is mounted inside a workspace is not removed with it', async () => {
    const other = await world.directory({ 'precious.txt': 'p' })
    const source = await world.directory({ 'a.txt': 'a' }, { git: true })
    const workspace = world.freePath('a')
    await world.workspaces.create(requestFor(world, source))
    const inside = join(workspace, 'mounted here')
    mkdirSync(inside)
    execFileSync('mount', ['--bind', other, inside])
    try {
      const refused = { code: 'WORKSPACE_FAILED', details: { mounts: [inside] } }
      await expect(world.workspaces.remove(workspace, 'copy')).rejects.toMatchObject(refused)
      expect(await world.read(other)).toEqual({ 'precious.txt': 'p' })
    } finally {
      execFileSync('umount', [inside])
    }
    await world.workspaces.remove(workspace, 'copy')
    await expectNothing(world)
  })

  test('a source inside which the workspace would lie is refused', async () => {
    const source = await world.directory({ 'a.txt': 'a' }, { git: true })
    const within = requestFor(world, source, { workspace: join(source, 'w') })
    await expect(world.workspaces.create(within)).rejects.toMatchObject({ code: 'SOURCE_INVALID' })
  })
})

const noLoop = whyNoLoop('ext4')
describe.skipIf(noLoop !== null)(noLoop ?? 'on a full disk', () => {
  test.each([
    ['copy', { 'big.bin': 'x'.repeat(80_000_000) }],
    ['overlay', { 'big.bin': 'x'.repeat(80_000_000) }],
    ['copy', Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`d/f${index}`, 'x'.repeat(14_000)]))],
  ] as const)('%s: DISK_FULL, and the space is free again', async (method, files) => {
    const disk = mountLoop('ext4', 64)
    const [elsewhere, world] = [await openGitWorld(), await openGitWorld({ parent: disk.directory, method })]
    try {
      const source = await elsewhere.directory(files)
      const free = statfsSync(disk.directory).bavail
      const making = world.workspaces.create(requestFor(world, source))
      await expect(making).rejects.toMatchObject({
        code: 'DISK_FULL',
        hint: expect.stringContaining('berth gc') as string,
      })
      await expectNothing(world)
      expect(statfsSync(disk.directory).bavail).toBeGreaterThan(free * 0.98)
    } finally {
      await elsewhere.close()
      await world.close()
      disk.close()
    }
  })

  test('objects that find no space', async () => {
    const disk = mountLoop('ext4', 64)
    const [elsewhere, world] = [await openGitWorld(), await openGitWorld({ parent: disk.directory, method: 'copy' })]
    try {
      const source = await elsewhere.directory({ 'a.txt': 'a' }, { git: true })
      execFileSync('sh', ['-c', 'head -c 80000000 /dev/urandom > .git/objects/pack/pack-1.pack'], { cwd: source })
      const making = world.workspaces.create(requestFor(world, source))
      await expect(making).rejects.toMatchObject({ code: 'DISK_FULL' })
      await expectNothing(world)
    } finally {
      await elsewhere.close()
      await world.close()
      disk.close()
    }
  })
})

/** Creates in a process of its own, which says when the first files are there. */
function createInProcess(world: GitWorld, source: string): ChildProcess {
  const root = join(import.meta.dirname, '../../..')
  const script = `
    import { writeSync } from 'node:fs'
    import { createLocalHost } from '${root}/src/adapters/host/local-host.ts'
    import { createWorkspaces } from '${root}/src/adapters/workspaces/workspaces.ts'
    const { request, stateDirectory } = JSON.parse(process.argv[1])
    // goes no further, however late it is killed
    const onProgress = () => {
      writeSync(1, '.')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
    }
    await createWorkspaces({ host: createLocalHost(), stateDirectory }).create({ ...request, onProgress })`
  const argument = JSON.stringify({ request: requestFor(world, source), stateDirectory: world.state })
  return spawn(process.execPath, ['--input-type=module', '-e', script, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
