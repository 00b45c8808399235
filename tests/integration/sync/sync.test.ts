import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitWorld, git, openGitWorld } from '../../support/git-world.ts'
import { everyFile, openSyncWorld, type SyncWorld } from '../../support/sync-world.ts'

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

/** Everything of the user's repository that a sync must leave as it is. */
async function traces(directory: string) {
  const names = await git(directory, 'for-each-ref')
  const files = await everyFile(join(directory, '.git'))
  const { index, config, HEAD } = files
  return { names, index, config, HEAD, objects: Object.keys(files).filter((file) => file.startsWith('objects/')) }
}

test('a project arrives byte for byte: commits, staged, changed and untracked files; the source stays as it is', async () => {
  const source = await sources.directory(shop, { git: true })
  await git(source, 'tag', 'v1')
  await sources.write(source, {
    'src/app.js': 'changed\n',
    'staged.txt': 's',
    'new/deep.txt': 'n',
    'run.sh': '#!/bin/sh\n',
  })
  await chmod(join(source, 'run.sh'), 0o755)
  await git(source, 'add', 'staged.txt')
  await symlink('/etc/passwd', join(source, 'link'))
  await sources.write(source, { '.env': 'SECRET=1', 'modules/x/i.js': 'dep' })
  await rm(join(source, 'compose.yaml'))
  const before = await traces(source)

  const { directory, project } = await world.sync(source)
  const { '.env': _, 'modules/x/i.js': __, ...wanted } = await everyFile(source)
  expect(await everyFile(directory)).toEqual(wanted)
  expect(await status(directory)).toBe(await status(source))
  expect(await git(directory, 'log', '--oneline', '--decorate')).toBe(
    await git(source, 'log', '--oneline', '--decorate'),
  )
  expect(await traces(source)).toEqual(before)
  expect(project).toBe('source-1')
  expect(directory.endsWith('/source-1')).toBe(true)
  expect(await git(directory, 'fsck', '--no-dangling')).toBe('')
})

test('what stays behind is said once; asked for, it comes', async () => {
  const source = await sources.directory(shop, { git: true })
  await sources.write(source, {
    '.env': 'SECRET=1',
    'modules/x/i.js': 'dep',
    'key.pem': 'private',
    '.env.example': 'A=',
  })
  await world.sync(source)
  expect(world.told).toEqual([
    'not sent to big-box: key.pem, .env, modules/; --send key.pem (or [sync] include in berth.toml) brings it',
  ])
  await world.sync(source)
  expect(world.told).toHaveLength(1)
  const { directory } = await world.sync(source, ['.env', 'modules'])
  const all = await everyFile(directory)
  expect(all).toMatchObject({ '.env': 'f SECRET=1', 'modules/x/i.js': 'f dep', '.env.example': 'f A=' })
  expect(all['key.pem']).toBeUndefined()
  await rm(join(source, 'modules/x/i.js'))
  await sources.write(source, { 'modules/y.js': 'other' })
  await world.sync(source, ['.env', 'modules'])
  expect(Object.keys(await everyFile(directory)).filter((file) => file.startsWith('modules'))).toEqual(['modules/y.js'])
  await world.sync(source)
  expect((await everyFile(directory))['.env']).toBeUndefined()
})

test('the second time nothing is sent, a change sends that alone', async () => {
  const source = await sources.directory(shop, { git: true })
  expect((await world.sync(source)).upToDate).toBe(false)
  world.sent.length = 0
  expect((await world.sync(source)).upToDate).toBe(true)
  expect(world.sent).toEqual([])
  await sources.write(source, { 'src/app.js': 'x\n' })
  const { directory } = await world.sync(source)
  expect(world.sent).toEqual(['receive inline'])
  expect((await everyFile(directory))['src/app.js']).toBe('f x\n')
  await git(source, 'checkout', '--quiet', '--', '.')
  await world.sync(source)
  expect((await everyFile(directory))['src/app.js']).toBe('f one\ntwo\n')
  expect(await status(directory)).toBe('## main\n')
})

test('branches come and go, also where one takes the place of another', async () => {
  const source = await sources.directory(shop, { git: true })
  await git(source, 'branch', 'a')
  const { directory } = await world.sync(source)
  await git(source, 'branch', '-D', 'a')
  await git(source, 'checkout', '--quiet', '-b', 'a/b')
  await sources.commit(source, 'more')
  await world.sync(source)
  expect(await git(directory, 'branch', '--list')).toBe('* a/b\n  main\n')
  expect(await git(directory, 'rev-parse', 'HEAD')).toBe(await git(source, 'rev-parse', 'HEAD'))
  await git(source, 'checkout', '--quiet', '--detach')
  await world.sync(source)
  expect(await git(directory, 'branch', '--show-current')).toBe('')
})

test('large histories go as a file', async () => {
  const source = await sources.directory(shop, { git: true })
  const noise = Array.from({ length: 40_000 }, () => Math.random().toString(36)).join('\n')
  await sources.write(source, { 'noise.txt': noise })
  const { directory } = await world.sync(source)
  expect(world.sent).toEqual(['files 1', 'receive file'])
  expect((await everyFile(directory))['noise.txt']).toBe(`f ${noise}`)
})

test('names of any kind arrive, and none leads elsewhere', async () => {
  const source = await sources.directory(shop, { git: true })
  const names = ['-rf', 'new\nline', "it's", 'a "b"', ' lead', 'tab\t', 'back\\slash', '*.js', ':(top)x', 'ü', '$(x)']
  for (const name of names) await writeFile(join(source, name), name)
  await writeFile(Buffer.from(`${source}/caf\xe9`, 'latin1'), 'bytes')
  await sources.write(source, { '-d/--x': '1', 'modules/-e x\n': 'y' })
  await git(source, 'add', '--', '-rf')
  const { directory } = await world.sync(source, ['modules'])
  expect(await everyFile(directory)).toEqual(await everyFile(source))
})

test.each(['sha1', 'sha256'])('without a commit, and %s', async (format) => {
  const source = await sources.directory({ 'compose.yaml': 'services: {}\n' })
  await git(source, 'init', '--quiet', '--initial-branch=main', `--object-format=${format}`)
  const { directory } = await world.sync(source)
  expect(await everyFile(directory)).toEqual(await everyFile(source))
  await git(source, 'add', '.')
  await world.sync(source)
  expect(await status(directory)).toBe(await status(source))
  await sources.commit(source, 'first')
  await world.sync(source)
  expect(await status(directory)).toBe('## main\n')
  expect(await git(directory, 'rev-parse', 'HEAD')).toBe(await git(source, 'rev-parse', 'HEAD'))
})

test('a directory without a repository', async () => {
  const source = await sources.directory({ 'compose.yaml': 'services: {}\n', 'a/b.txt': 'b', '.env': 'S=1' })
  const { directory } = await world.sync(source)
  const { '.env': _, ...wanted } = await everyFile(source)
  expect(await everyFile(directory)).toEqual(wanted)
  await expect(readFile(join(directory, '.git/HEAD'))).rejects.toThrow('ENOENT')
  await rm(join(source, 'a'), { recursive: true })
  await sources.write(source, { a: 'now a file' })
  await world.sync(source)
  expect((await everyFile(directory))['a']).toBe('f now a file')
  await git(source, 'init', '--quiet', '--initial-branch=main')
  await sources.commit(source, 'now with git')
  await world.sync(source)
  expect(await git(directory, 'rev-parse', 'HEAD')).toBe(await git(source, 'rev-parse', 'HEAD'))
})

test('shallow, then deepened', async () => {
  const upstream = await sources.directory(shop, { git: true })
  for (const step of ['two', 'three']) {
    await sources.write(upstream, { 'src/app.js': step })
    await sources.commit(upstream, step)
  }
  const source = join(sources.root, 'shallow')
  await git(sources.root, 'clone', '--quiet', '--depth=1', `file://${upstream}`, source)
  const { directory } = await world.sync(source)
  expect(await git(directory, 'log', '--oneline')).toBe(await git(source, 'log', '--oneline'))
  expect(await status(directory)).toBe(await status(source))
  await git(source, 'fetch', '--quiet', '--unshallow')
  await world.sync(source)
  expect((await git(directory, 'log', '--oneline')).split('\n')).toHaveLength(4)
  expect(await git(directory, 'fsck', '--no-dangling')).toBe('')
})

test('a partial clone, sparsely checked out', async () => {
  const upstream = await sources.directory({ ...shop, 'big/one.txt': '1', 'small/two.txt': '2' }, { git: true })
  await git(upstream, 'config', 'uploadpack.allowFilter', 'true')
  const source = join(sources.root, 'partial')
  await git(sources.root, 'clone', '--quiet', '--filter=blob:none', '--no-checkout', `file://${upstream}`, source)
  await git(source, 'sparse-checkout', 'set', 'small')
  await git(source, 'checkout', '--quiet', 'main')
  await sources.write(source, { 'small/two.txt': 'changed' })
  const { directory } = await world.sync(source)
  expect(await everyFile(directory)).toEqual(await everyFile(source))
  expect(await status(directory)).toBe(await status(source))
})

test('submodules and repositories inside, in the state they are in', async () => {
  const library = await sources.directory({ 'lib.js': 'v1' }, { git: true })
  const source = await sources.directory(shop, { git: true })
  await git(source, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'libs/one')
  await sources.commit(source, 'with a library')
  await sources.write(source, { 'libs/one/lib.js': 'patched', 'libs/one/more.js': 'm' })
  await mkdir(join(source, 'vendored'))
  await git(join(source, 'vendored'), 'init', '--quiet', '--initial-branch=main')
  await sources.write(source, { 'vendored/v.txt': 'v' })
  const { directory } = await world.sync(source)
  expect(await everyFile(directory)).toEqual(await everyFile(source))
  expect(await git(join(directory, 'libs/one'), 'rev-parse', 'HEAD')).toBe(
    await git(join(source, 'libs/one'), 'rev-parse', 'HEAD'),
  )
  expect(await status(join(directory, 'libs/one'))).toContain(' M lib.js')
  await rm(join(source, 'vendored'), { recursive: true })
  await world.sync(source)
  expect(await everyFile(directory)).toEqual(await everyFile(source))
})

test('a linked worktree, and a project below the top of its repository', async () => {
  const source = await sources.directory({ 'apps/web/compose.yaml': 'services: {}\n', 'lib/x.js': 'x' }, { git: true })
  const linked = join(sources.root, 'linked')
  await git(source, 'worktree', 'add', '--quiet', '-b', 'topic', linked)
  await sources.write(linked, { 'lib/x.js': 'of the worktree' })
  const { directory, project } = await world.sync(join(linked, 'apps/web'))
  expect(project).toBe('web')
  expect(directory.endsWith('/linked/apps/web')).toBe(true)
  expect(await everyFile(join(directory, '../..'))).toEqual(await everyFile(linked))
  expect(await git(directory, 'branch', '--show-current')).toBe('topic\n')
})

test('line ends and filters: the files as they lie there', async () => {
  const source = await sources.directory({ ...shop, '.gitattributes': '*.bat eol=crlf\n*.id ident\n*.up filter=up\n' })
  await git(source, 'init', '--quiet', '--initial-branch=main')
  await git(source, 'config', 'filter.up.clean', 'tr A-Z a-z')
  await git(source, 'config', 'filter.up.smudge', 'tr a-z A-Z')
  await sources.write(source, { 'run.bat': 'dir\r\n', 'x.id': '$Id$\n', 'loud.up': 'HELLO\n' })
  await sources.commit(source, 'first')
  await git(source, 'rm', '--quiet', '--cached', '-r', '.')
  await git(source, 'reset', '--quiet', '--hard')
  const before = await everyFile(source)
  expect(before['loud.up']).toBe('f HELLO\n')
  const { directory } = await world.sync(source)
  expect(await everyFile(directory)).toEqual(before)
})

test('cut off anywhere, the next one goes on', async () => {
  const source = await sources.directory(shop, { git: true })
  const whole = { ...world.machine }
  world.machine.receive = () => Promise.reject(new Error('cut'))
  await expect(world.sync(source)).rejects.toThrow('cut')
  Object.assign(world.machine, whole)
  const { directory } = await world.sync(source)
  expect(await everyFile(directory)).toEqual(await everyFile(source))
  // a mirror that lost its objects is sent everything anew
  await rm(join(directory, '.git/objects'), { recursive: true })
  await mkdir(join(directory, '.git/objects'))
  await sources.write(source, { 'src/app.js': 'again' })
  await world.sync(source)
  expect(await everyFile(directory)).toEqual(await everyFile(source))
  expect(await git(directory, 'fsck', '--no-dangling')).toBe('')
})

test('several at once', async () => {
  const source = await sources.directory(shop, { git: true })
  await sources.write(source, { 'src/app.js': 'now' })
  const all = await Promise.all(Array.from({ length: 6 }, () => world.sync(source)))
  expect(new Set(all.map(({ directory }) => directory)).size).toBe(1)
  expect(all.filter(({ upToDate }) => !upToDate)).toHaveLength(1)
  expect(await everyFile(all[0]?.directory ?? '')).toEqual(await everyFile(source))
})
