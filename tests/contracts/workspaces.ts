import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyEverything } from '../../src/core/envs/copy-rules.ts'
import type { CopyRules, WorkspaceRequest, Workspaces } from '../../src/core/ports.ts'

/** Files by path, relative to their directory. */
export type Files = Record<string, string>

/** A world with directories in it, in which the workspaces under test live. */
export interface WorkspacesWorld {
  workspaces: Workspaces
  /** How its workspaces are to be made. */
  method: WorkspaceRequest['method']
  /** A directory with these files; with `git` they are the first commit of a repository, or not yet. Returns its path. */
  directory(files: Files, options?: { git?: boolean | 'no commits' }): Promise<string>
  /** A path no one uses yet, for a workspace. */
  freePath(name: string): string
  write(directory: string, files: Files): Promise<void>
  /** Every file but the repository's own. */
  read(directory: string): Promise<Files>
  erase(directory: string, path: string): Promise<void>
  exists(directory: string): Promise<boolean>
  /** Commits everything in the directory's repository. */
  commit(directory: string, message: string): Promise<string>
  /** Files of a branch's newest commit. */
  branch(directory: string, branch: string): Promise<Files>
  close(): Promise<void>
}

/** What every Workspaces does, whatever it is made of. */
export function workspacesContract(open: () => Promise<WorkspacesWorld>): void {
  let world: WorkspacesWorld
  beforeEach(async () => {
    world = await open()
  })
  afterEach(() => world.close())

  const shop = { 'compose.yaml': 'services: {}\n', 'src/app.js': 'one\ntwo\nthree\n', '.gitignore': 'modules/\n.env\n' }
  const rules = (some: Partial<CopyRules>): CopyRules => ({ ...copyEverything, ...some })
  const create = async (directory: string, name = 'a', more: Partial<WorkspaceRequest> = {}) => {
    const workspace = world.freePath(name)
    const place = { source: { kind: 'directory' as const, directory }, workspace, branch: `berth/${name}` }
    const request = { ...place, rules: copyEverything, method: world.method, ...more }
    const result = await world.workspaces.create({ ...request, look: await world.workspaces.look(request) })
    return { workspace, result }
  }

  describe('create', () => {
    test('copies everything: committed, uncommitted, untracked, ignored', async () => {
      const source = await world.directory(shop, { git: true })
      await world.write(source, { 'src/app.js': 'changed\n', 'new.txt': 'new', 'modules/x/i.js': 'dep', '.env': 'A=1' })
      await world.erase(source, 'compose.yaml')
      const before = await world.read(source)
      const { workspace, result } = await create(source)
      expect(await world.read(workspace)).toEqual(before)
      expect(await world.read(source)).toEqual(before)
      expect(result).toMatchObject({ branch: 'berth/a', directory: workspace, skipped: [] })
      if (world.method !== 'auto') expect(result.method).toBe(world.method)
      expect(result.baseCommit).toMatch(/^[0-9a-f]{40,64}$/)
    })

    test('what happens in a workspace stays there, and what happens in the source too', async () => {
      const source = await world.directory(shop, { git: true })
      const [{ workspace: a }, { workspace: b }] = [await create(source, 'a'), await create(source, 'b')]
      await world.write(a, { 'src/app.js': 'of a\n' })
      await world.erase(b, 'src/app.js')
      await world.write(source, { 'src/app.js': 'of the source\n' })
      expect((await world.read(a))['src/app.js']).toBe('of a\n')
      expect((await world.read(b))['src/app.js']).toBeUndefined()
      expect((await world.read(source))['src/app.js']).toBe('of the source\n')
    })

    test('a later workspace has what the source has by then', async () => {
      const source = await world.directory(shop, { git: true })
      await create(source, 'a')
      await world.write(source, { 'src/app.js': 'newer\n', 'src/new/deep.js': 'n' })
      await world.erase(source, 'compose.yaml')
      const { workspace } = await create(source, 'b')
      expect(await world.read(workspace)).toEqual(await world.read(source))
    })

    test('rules leave files out, tracked ones without making them look deleted', async () => {
      const source = await world.directory({ ...shop, 'data/big.bin': 'big', 'x.log': 'log' }, { git: true })
      const { workspace, result } = await create(source, 'a', { rules: rules({ exclude: ['/data', '*.log'] }) })
      expect(Object.keys(await world.read(workspace)).sort()).toEqual(Object.keys(shop).sort())
      expect(await world.workspaces.diff(workspace, result.baseCommit ?? '')).toEqual({ patch: '', files: [] })
    })

    test.each<[string, Partial<CopyRules>, string[]]>([
      ['all', {}, ['.env', 'modules/a/keep.js', 'modules/b.js']],
      ['none', { ignored: 'none' }, []],
      ['none but', { ignored: 'none', always: ['modules/b.js'] }, ['modules/b.js']],
      ['listed', { ignored: 'listed', includeIgnored: ['.env', 'modules/a/'] }, ['.env', 'modules/a/keep.js']],
    ])('of the files git ignores: %s', async (_, some, expected) => {
      const source = await world.directory(shop, { git: true })
      await world.write(source, {
        'modules/a/keep.js': '1',
        'modules/b.js': '2',
        '.env': 'A=1',
        'new.txt': 'untracked',
      })
      const { workspace } = await create(source, 'a', { rules: rules(some) })
      expect(Object.keys(await world.read(workspace)).sort()).toEqual(
        [...Object.keys(shop), 'new.txt', ...expected].sort(),
      )
    })

    test('a ref gives what is committed there, with ignored files and without uncommitted work', async () => {
      const source = await world.directory(shop, { git: true })
      const first = await world.commit(source, 'same')
      await world.write(source, { 'src/app.js': 'second\n', 'added.js': 'x' })
      await world.commit(source, 'second')
      await world.write(source, { 'src/app.js': 'uncommitted\n', 'untracked.txt': 'u', '.env': 'A=1' })
      const { workspace, result } = await create(source, 'a', {
        source: { kind: 'ref', directory: source, ref: first },
      })
      expect(await world.read(workspace)).toEqual({ ...shop, '.env': 'A=1' })
      expect(result.baseCommit).toBe(first)
    })

    test('a directory without a repository has no branch, and says so when one is needed', async () => {
      const source = await world.directory(shop)
      const { workspace, result } = await create(source)
      expect(result).toMatchObject({ branch: null, baseCommit: null })
      expect(await world.read(workspace)).toEqual(shop)
      await expect(world.workspaces.diff(workspace, 'HEAD')).rejects.toMatchObject({ code: 'GIT_FAILED' })
      await expect(world.workspaces.commitAll(workspace, 'm')).rejects.toMatchObject({ code: 'GIT_FAILED' })
      await expect(world.workspaces.pull(workspace, source, 'b', 'HEAD')).rejects.toMatchObject({ code: 'GIT_FAILED' })
    })

    test('an empty one is empty', async () => {
      const { workspace, result } = await create('', 'a', { source: { kind: 'empty' } })
      expect(await world.read(workspace)).toEqual({})
      expect(result).toMatchObject({ method: 'empty', branch: null })
    })

    test('sources that cannot be used are SOURCE_INVALID and leave nothing', async () => {
      const source = await world.directory(shop, { git: true })
      const plain = await world.directory(shop)
      const refused = expect.objectContaining({ code: 'SOURCE_INVALID' })
      await expect(create(`${source}-missing`)).rejects.toEqual(refused)
      await expect(create('', 'a', { source: { kind: 'ref', directory: source, ref: 'no-such' } })).rejects.toEqual(
        refused,
      )
      await expect(create('', 'a', { source: { kind: 'ref', directory: plain, ref: 'HEAD' } })).rejects.toEqual(refused)
      expect(await world.exists(world.freePath('a'))).toBe(false)
    })

    test('what is in the way is left alone', async () => {
      const source = await world.directory(shop, { git: true })
      const taken = await world.directory({ mine: 'precious' })
      await expect(create(source, 'a', { workspace: taken })).rejects.toMatchObject({ code: 'WORKSPACE_FAILED' })
      expect(await world.read(taken)).toEqual({ mine: 'precious' })
    })

    test('when it is told to stop, nothing is left', async () => {
      const source = await world.directory(shop, { git: true })
      const reason = new Error('enough')
      await expect(create(source, 'a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(await world.exists(world.freePath('a'))).toBe(false)
    })
  })

  describe('remove', () => {
    test('removes a workspace, and is harmless when there is none', async () => {
      const source = await world.directory(shop, { git: true })
      const { workspace, result } = await create(source)
      await world.workspaces.remove(workspace, result.method)
      expect(await world.exists(workspace)).toBe(false)
      await world.workspaces.remove(workspace, result.method)
      expect(await world.read(source)).toEqual(shop)
      await create(source)
    })

    test('leaves alone what is no workspace', async () => {
      const other = await world.directory({ mine: 'precious' })
      await expect(world.workspaces.remove(other, 'copy')).rejects.toMatchObject({ code: 'WORKSPACE_FAILED' })
      expect(await world.read(other)).toEqual({ mine: 'precious' })
    })

    test('restore is harmless where nothing has to be done', async () => {
      const { workspace, result } = await create(await world.directory(shop, { git: true }))
      await world.workspaces.restore(workspace, result.method)
      expect(await world.read(workspace)).toEqual(shop)
    })
  })

  describe('diff', () => {
    test('shows commits, uncommitted and untracked together', async () => {
      const { workspace, result } = await create(await world.directory(shop, { git: true }))
      const base = result.baseCommit ?? ''
      expect(await world.workspaces.diff(workspace, base)).toEqual({ patch: '', files: [] })
      await world.write(workspace, { 'src/app.js': 'one\n2\nthree\n' })
      await world.workspaces.commitAll(workspace, 'first')
      await world.write(workspace, { 'new.txt': 'a\nb\n' })
      await world.erase(workspace, 'compose.yaml')
      const { patch, files } = await world.workspaces.diff(workspace, base)
      expect(files).toEqual([
        { path: 'compose.yaml', added: 0, removed: 1 },
        { path: 'new.txt', added: 2, removed: 0 },
        { path: 'src/app.js', added: 1, removed: 1 },
      ])
      for (const text of ['-two', '+2', '+a', '-services: {}', 'diff --git a/new.txt b/new.txt'])
        expect(patch).toContain(text)
      expect(await world.workspaces.diff(workspace, base, { stat: true })).toEqual({ patch: '', files })
    })
  })

  describe('results', () => {
    test('committing twice commits once', async () => {
      const { workspace, result } = await create(await world.directory(shop, { git: true }))
      expect(await world.workspaces.commitAll(workspace, 'none')).toBe(result.baseCommit)
      await world.write(workspace, { 'new.txt': 'n' })
      const head = await world.workspaces.commitAll(workspace, 'one')
      expect(head).not.toBe(result.baseCommit)
      expect(await world.workspaces.commitAll(workspace, 'two')).toBe(head)
    })

    test('pull brings them as a branch and touches no file, and again what came later', async () => {
      const source = await world.directory(shop, { git: true })
      const { workspace, result } = await create(source)
      await world.write(source, { 'src/app.js': 'uncommitted work\n' })
      const before = await world.read(source)
      for (const [index, text] of ['x', 'y'].entries()) {
        await world.write(workspace, { 'new.txt': text })
        const commit = await world.workspaces.commitAll(workspace, text)
        const pulled = await world.workspaces.pull(workspace, source, 'berth/a', result.baseCommit ?? '')
        expect(pulled).toEqual({ commit, commits: index + 1, mixed: [] })
        expect(await world.branch(source, 'berth/a')).toEqual({ ...shop, 'new.txt': text })
      }
      expect(await world.read(source)).toEqual(before)
    })

    test('merge moves forward, and joins what both have done', async () => {
      const source = await world.directory(shop, { git: true })
      const { workspace, result } = await create(source)
      await world.write(workspace, { 'new.txt': 'n' })
      const commit = await world.workspaces.commitAll(workspace, 'new')
      await world.workspaces.pull(workspace, source, 'berth/a', result.baseCommit ?? '')
      expect(await world.workspaces.merge(source, 'berth/a', 'merge')).toEqual({ commit, fastForward: true })

      await world.write(workspace, { 'second.txt': '2' })
      await world.workspaces.commitAll(workspace, 'second')
      await world.workspaces.pull(workspace, source, 'berth/a', result.baseCommit ?? '')
      await world.write(source, { 'src/app.js': 'of the user\n' })
      await world.commit(source, 'user')
      await world.write(source, { 'untracked.txt': 'keep' })
      expect(await world.workspaces.merge(source, 'berth/a', 'merge')).toMatchObject({ fastForward: false })
      const expected = { 'new.txt': 'n', 'second.txt': '2', 'src/app.js': 'of the user\n', 'untracked.txt': 'keep' }
      expect(await world.read(source)).toEqual({ ...shop, ...expected })
    })

    test('merge makes the first commit where there is none, and refuses files that are in its way', async () => {
      const source = await world.directory(shop, { git: 'no commits' })
      const { workspace, result } = await create(source)
      await world.write(workspace, { 'new.txt': 'n' })
      const commit = await world.workspaces.commitAll(workspace, 'new')
      await world.workspaces.pull(workspace, source, 'berth/a', result.baseCommit ?? '')
      await expect(world.workspaces.merge(source, 'berth/a', 'm')).rejects.toMatchObject({
        code: 'GIT_DIRTY',
        details: { files: [expect.any(String)] },
      })
      expect(await world.read(source)).toEqual(shop)
      for (const path of Object.keys(shop)) await world.erase(source, path)
      expect(await world.workspaces.merge(source, 'berth/a', 'm')).toEqual({ commit, fastForward: true })
      expect(await world.read(source)).toMatchObject({ 'new.txt': 'n' })
    })

    test('a conflict leaves everything as it was', async () => {
      const source = await world.directory(shop, { git: true })
      const { workspace, result } = await create(source)
      await world.write(workspace, { 'src/app.js': 'of the agent\n' })
      await world.workspaces.commitAll(workspace, 'agent')
      await world.workspaces.pull(workspace, source, 'berth/a', result.baseCommit ?? '')
      await world.write(source, { 'src/app.js': 'of the user\n' })
      await world.commit(source, 'user')
      const before = await world.read(source)
      const merging = world.workspaces.merge(source, 'berth/a', 'merge')
      await expect(merging).rejects.toMatchObject({ code: 'GIT_CONFLICT', details: { files: ['src/app.js'] } })
      expect(await world.read(source)).toEqual(before)
    })

    test('uncommitted work that would be touched is refused, other work stays', async () => {
      const source = await world.directory(shop, { git: true })
      const { workspace, result } = await create(source)
      await world.write(workspace, { 'src/app.js': 'of the agent\n' })
      await world.workspaces.commitAll(workspace, 'agent')
      await world.workspaces.pull(workspace, source, 'berth/a', result.baseCommit ?? '')
      await world.write(source, { 'src/app.js': 'uncommitted\n' })
      const before = await world.read(source)
      await expect(world.workspaces.merge(source, 'berth/a', 'm')).rejects.toMatchObject({ code: 'GIT_DIRTY' })
      expect(await world.read(source)).toEqual(before)
      await world.write(source, { ...shop, 'compose.yaml': 'uncommitted: {}\n' })
      await world.workspaces.merge(source, 'berth/a', 'm')
      const both = { ...shop, 'src/app.js': 'of the agent\n', 'compose.yaml': 'uncommitted: {}\n' }
      expect(await world.read(source)).toEqual(both)
    })
  })
}
