import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyEverything } from '../../src/core/envs/copy-rules.ts'
import type { Files, WorkspacesWorld } from './workspaces.ts'

/** What every Workspaces does with work that was uncommitted in the source: it is the user's, not the env's. */
export function uncommittedContract(open: () => Promise<WorkspacesWorld>): void {
  let world: WorkspacesWorld
  beforeEach(async () => {
    world = await open()
  })
  afterEach(() => world.close())

  const shop: Files = { 'compose.yaml': 'services: {}\n', 'src/app.js': 'one\ntwo\nthree\n' }
  const create = async (directory: string) => {
    const workspace = world.freePath('a')
    const request = { workspace, branch: 'berth/a', rules: copyEverything, method: world.method }
    const result = await world.workspaces.create({ source: { kind: 'directory', directory }, ...request })
    return { workspace, result }
  }

  describe('uncommitted work', () => {
    test("stays the user's: it is no work of the env, and in nobody's way", async () => {
      const source = await world.directory({ ...shop, 'gone.txt': 'g' }, { git: true })
      await world.write(source, { 'compose.yaml': 'services: { half: done }\n', 'notes.txt': 'of the user' })
      await world.erase(source, 'gone.txt')
      const before = await world.read(source)
      const { workspace, result } = await create(source)
      const base = result.baseCommit ?? ''
      expect(await world.workspaces.diff(workspace, base)).toEqual({ patch: '', files: [] })

      await world.write(workspace, { 'src/app.js': 'one\n2\nthree\n', 'new.txt': 'n' })
      const { files } = await world.workspaces.diff(workspace, base)
      expect(files.map(({ path }) => path)).toEqual(['new.txt', 'src/app.js'])
      await world.workspaces.commitAll(workspace, 'agent')
      expect(await world.workspaces.pull(workspace, source, 'berth/a', base)).toMatchObject({ commits: 1, mixed: [] })
      const own = { 'src/app.js': 'one\n2\nthree\n', 'new.txt': 'n' }
      expect(await world.branch(source, 'berth/a')).toEqual({ ...shop, 'gone.txt': 'g', ...own })
      await world.workspaces.merge(source, 'berth/a', 'merge')
      expect(await world.read(source)).toEqual({ ...before, ...own })
    })

    test('work in the same file is told apart where its lines lie apart', async () => {
      const lines = (changes: Record<number, string>) =>
        [...Array(30).keys()].map((line) => `${changes[line] ?? line}\n`).join('')
      const source = await world.directory({ 'a.txt': lines({}), 'b.txt': lines({}), 'c.txt': 'c\n' }, { git: true })
      await world.write(source, { 'a.txt': lines({ 3: 'user' }), 'b.txt': lines({ 3: 'user' }) })
      const { workspace, result } = await create(source)
      const both = { 'a.txt': lines({ 3: 'user', 25: 'agent' }), 'b.txt': lines({ 3: 'user and agent' }) }
      await world.write(workspace, both)
      const commit = await world.commit(workspace, 'of the agent')
      await world.write(workspace, { 'c.txt': 'agent\n' })
      await world.workspaces.commitAll(workspace, 'the rest')
      const base = result.baseCommit ?? ''
      const pulled = await world.workspaces.pull(workspace, source, 'berth/a', base)
      expect(pulled).toMatchObject({ commits: 2, mixed: ['b.txt'] })
      expect(await world.branch(source, 'berth/a')).toEqual({
        'a.txt': lines({ 25: 'agent' }),
        'b.txt': both['b.txt'],
        'c.txt': 'agent\n',
      })
      expect(pulled.commit).not.toBe(commit)
      expect(await world.workspaces.pull(workspace, source, 'berth/a', base)).toEqual(pulled)
      const before = await world.read(source)
      await expect(world.workspaces.merge(source, 'berth/a', 'm')).rejects.toMatchObject({ code: 'GIT_DIRTY' })
      expect(await world.read(source)).toEqual(before)
    })

    test('an env that has only what it was given has nothing to bring', async () => {
      const source = await world.directory(shop, { git: true })
      await world.write(source, { 'src/app.js': 'uncommitted\n', 'notes.txt': 'n' })
      const { workspace, result } = await create(source)
      const base = result.baseCommit ?? ''
      await world.commit(workspace, 'all at once')
      expect(await world.workspaces.pull(workspace, source, 'berth/a', base)).toEqual({
        commit: base,
        commits: 0,
        mixed: [],
      })
    })
  })
}
