import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copiesOf, smallRepository, status } from '../../support/faithful-copies.ts'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'
import { treeHash } from '../../support/tree-print.ts'
import { methodsHere } from '../../support/workspace-methods.ts'

describe.each(methodsHere)('repositories of every kind, method %s', (method) => {
  let world: GitWorld
  let source: string
  beforeEach(async () => {
    world = await openGitWorld({ method })
    source = await world.directory(smallRepository, { git: true })
  })
  afterEach(() => world.close())

  const { create, createFaithful } = copiesOf(() => ({ world, source }), method)

  test('staged, unstaged and untracked changes are the same ones', async () => {
    await world.write(source, { 'a.txt': 'staged\n' })
    await git(source, 'add', 'a.txt')
    await world.write(source, { 'a.txt': 'unstaged\n', 'new.txt': 'n', 'out/x': 'ignored' })
    const { workspace } = await createFaithful()
    expect(await status(workspace)).toBe('MM a.txt\n?? new.txt\n')
    expect(await git(workspace, 'diff', '--cached')).toBe(await git(source, 'diff', '--cached'))
  })

  test('the index counts as fresh: git status reads no file again', async () => {
    const { workspace } = await createFaithful()
    const index = readFileSync(join(source, '.git/index'))
    expect(readFileSync(join(workspace, '.git/index')).equals(index)).toBe(true)
    const trace = join(world.root, 'trace')
    await git(workspace, '-c', `trace2.perfTarget=${trace}`, '--no-optional-locks', 'diff-files', '--quiet')
    expect(readFileSync(join(workspace, '.git/index')).equals(index)).toBe(true)
  })

  test('a directory below the top: all of the repository comes along', async () => {
    await world.write(source, { 'sub/new.txt': 'n' })
    const { workspace, directory } = await createFaithful(join(source, 'sub'), source)
    expect(directory).toBe(join(workspace, 'sub'))
    expect(await world.read(workspace)).toEqual({ ...smallRepository, 'sub/new.txt': 'n' })
  })

  test('a repository above that knows nothing of the project (dotfiles) is none of its own', async () => {
    await world.write(source, { 'code/app/main.js': 'x' })
    const { workspace, branch, directory } = await create(join(source, 'code/app'))
    expect({ branch, directory }).toEqual({ branch: null, directory: workspace })
    expect(await world.read(workspace)).toEqual({ 'main.js': 'x' })
  })

  test('a linked worktree, changes and all', async () => {
    const worktree = join(world.root, 'linked')
    await git(source, 'worktree', 'add', '-q', '-b', 'feature', worktree)
    await world.write(worktree, { 'a.txt': 'in the worktree\n', 'staged.txt': 's' })
    await git(worktree, 'add', 'staged.txt')
    const main = treeHash(source)
    const { workspace } = await createFaithful(worktree, worktree, 'auto')
    expect(await status(workspace)).toBe(' M a.txt\nA  staged.txt\n')
    await world.workspaces.commitAll(workspace, 'mine')
    expect(treeHash(source)).toBe(main)
  })

  test('a worktree of a bare repository', async () => {
    const [bare, worktree] = [join(world.root, 'bare.git'), join(world.root, 'tree')]
    await git(source, 'clone', '-q', '--bare', source, bare)
    await git(bare, 'worktree', 'add', '-q', worktree, 'main')
    const { workspace } = await createFaithful(worktree, worktree, 'auto')
    expect(await world.workspaces.commitAll(workspace, 'none')).toBe((await git(worktree, 'rev-parse', 'HEAD')).trim())
  })

  test('linked worktrees inside the project stay where they are', async () => {
    await git(source, 'worktree', 'add', '-q', join(source, '.worktrees/x'), '-b', 'x')
    const { workspace } = await createFaithful()
    expect(await world.exists(join(workspace, '.worktrees/x'))).toBe(false)
    expect(await git(workspace, 'worktree', 'list', '--porcelain')).not.toContain('.worktrees')
  })

  test('a worktree of another repository inside the project is only files', async () => {
    const other = await world.directory({ 'o.txt': 'o' }, { git: true })
    await git(other, 'worktree', 'add', '-q', join(source, 'out/other'), '-b', 'x')
    const before = treeHash(other)
    const { workspace } = await create()
    expect(await world.exists(join(workspace, 'out/other/o.txt'))).toBe(true)
    expect(await world.exists(join(workspace, 'out/other/.git'))).toBe(false)
    expect(treeHash(other)).toBe(before)
  })

  test('submodules belong to the copy', async () => {
    const library = await world.directory({ 'lib.txt': 'l' }, { git: true })
    await git(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'vendor/lib')
    await world.commit(source, 'submodule')
    const { workspace } = await createFaithful()
    const inside = join(workspace, 'vendor/lib')
    expect((await git(inside, 'rev-parse', '--absolute-git-dir')).trim()).toBe(
      join(workspace, '.git/modules/vendor/lib'),
    )
    const before = treeHash(source)
    await world.write(inside, { 'lib.txt': 'changed' })
    await world.commit(inside, 'in the copy')
    expect(await status(workspace)).toBe(' M vendor/lib\n')
    expect(treeHash(source)).toBe(before)
  })

  test('submodules whose .git is an absolute path belong to the copy too', async () => {
    const library = await world.directory({ 'lib.txt': 'l' }, { git: true })
    await git(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib')
    await world.commit(source, 'submodule')
    await world.write(source, { 'lib/.git': `gitdir: ${source}/.git/modules/lib\n` })
    await git(join(source, 'lib'), 'config', 'core.worktree', join(source, 'lib'))
    const { workspace } = await createFaithful()
    expect((await git(join(workspace, 'lib'), 'rev-parse', '--show-toplevel')).trim()).toBe(join(workspace, 'lib'))
  })

  test('a submodule as the project', async () => {
    const library = await world.directory({ 'lib.txt': 'l' }, { git: true })
    await git(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib')
    await world.commit(source, 'submodule')
    await world.write(source, { 'lib/lib.txt': 'changed' })
    const { workspace } = await createFaithful(join(source, 'lib'), source, 'auto')
    expect((await git(workspace, 'rev-parse', '--show-toplevel')).trim()).toBe(workspace)
    expect(await status(workspace)).toBe(' M lib.txt\n')
  })

  test('no commits yet', async () => {
    const empty = await world.directory({ 'a.txt': 'a', 'b.txt': 'b' })
    await git(empty, 'init', '-q')
    await git(empty, 'add', 'a.txt')
    const { workspace, baseCommit } = await createFaithful(empty)
    const { files: changed } = await world.workspaces.diff(workspace, baseCommit ?? '')
    expect(changed).toEqual([])
    const commit = await world.workspaces.commitAll(workspace, 'first')
    expect(await world.workspaces.pull(workspace, empty, 'berth/a', baseCommit ?? '')).toEqual({
      commit,
      commits: 1,
      mixed: [],
    })
  })

  test('a detached HEAD', async () => {
    await git(source, 'checkout', '-q', '--detach')
    const { workspace, baseCommit } = await createFaithful()
    await world.write(workspace, { 'n.txt': 'n' })
    await world.workspaces.commitAll(workspace, 'n')
    await world.workspaces.pull(workspace, source, 'berth/a', baseCommit ?? '')
    expect(await world.workspaces.merge(source, 'berth/a', 'm')).toMatchObject({ fastForward: true })
  })

  test('in the middle of a merge', async () => {
    await git(source, 'checkout', '-q', '-b', 'other')
    await world.write(source, { 'a.txt': 'other\n' })
    await world.commit(source, 'other')
    await git(source, 'checkout', '-q', 'main')
    await world.write(source, { 'a.txt': 'main\n' })
    await world.commit(source, 'main')
    await git(source, 'merge', '-q', 'other').catch(() => 'the conflict is what it is about')
    const { workspace } = await createFaithful()
    expect(await status(workspace)).toBe('UU a.txt\n')
    await expect(world.workspaces.commitAll(workspace, 'm')).rejects.toMatchObject({ code: 'GIT_CONFLICT' })
    await expect(world.workspaces.merge(source, 'other', 'm')).rejects.toMatchObject({ code: 'GIT_DIRTY' })
    await world.write(workspace, { 'a.txt': 'both\n' })
    await git(workspace, 'add', 'a.txt')
    const commit = await world.workspaces.commitAll(workspace, 'merged')
    expect((await git(workspace, 'rev-list', '--parents', '-1', commit)).trim().split(' ')).toHaveLength(3)
  })

  test('in the middle of a rebase: the copy is not', async () => {
    await world.write(source, { 'a.txt': 'main\n' })
    await world.commit(source, 'main')
    await git(source, '-c', 'sequence.editor=sed -i s/pick/edit/', 'rebase', '-q', '-i', 'HEAD~1').catch(() => 'stops')
    const { workspace } = await createFaithful()
    expect(await git(workspace, 'status')).not.toContain('rebas')
  })

  test('a shallow clone: results come back', async () => {
    await world.commit(source, 'second')
    const shallow = join(world.root, 'shallow')
    await git(source, 'clone', '-q', '--depth', '1', `file://${source}`, shallow)
    const { workspace, baseCommit } = await createFaithful(shallow)
    await world.write(workspace, { 'n.txt': 'n' })
    const commit = await world.workspaces.commitAll(workspace, 'n')
    expect(await world.workspaces.pull(workspace, shallow, 'berth/a', baseCommit ?? '')).toMatchObject({
      commit,
      commits: 1,
    })
    expect((await git(shallow, 'rev-parse', '--is-shallow-repository')).trim()).toBe('true')
  })

  test('objects borrowed from another repository, by a relative path', async () => {
    const borrower = join(world.root, 'borrower')
    await git(source, 'clone', '-q', '--shared', source, borrower)
    const name = source.slice(world.root.length + 1)
    await world.write(borrower, { '.git/objects/info/alternates': `../../../${name}/.git/objects\n` })
    await createFaithful(borrower)
  })

  test('the git directory elsewhere, and refs shared by links', async () => {
    const apart = join(world.root, 'apart')
    await git(source, 'clone', '-q', `--separate-git-dir=${join(world.root, 'apart.git')}`, source, apart)
    await createFaithful(apart, apart, 'auto')
    const linking = join(world.root, 'linking')
    mkdirSync(join(linking, '.git'), { recursive: true })
    for (const name of ['config', 'refs', 'objects', 'info', 'packed-refs'])
      symlinkSync(join(world.root, 'apart.git', name), join(linking, '.git', name))
    writeFileSync(join(linking, '.git/HEAD'), 'ref: refs/heads/main\n')
    await git(linking, 'reset', '-q', '--hard')
    const before = treeHash(join(world.root, 'apart.git'))
    const { workspace } = await create(linking, 'b', 'auto')
    await world.write(workspace, { 'n.txt': 'n' })
    await world.workspaces.commitAll(workspace, 'n')
    expect(treeHash(join(world.root, 'apart.git'))).toBe(before)
  })

  test('a bare repository is refused', async () => {
    const bare = join(world.root, 'bare.git')
    await git(source, 'clone', '-q', '--bare', source, bare)
    await expect(create(bare)).rejects.toMatchObject({ code: 'SOURCE_INVALID' })
  })
})
