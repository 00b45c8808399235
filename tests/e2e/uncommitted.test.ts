/** Work of the user's that is not committed when an env is made stays the user's, whatever the env does. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let berth: TestBerth
let project: TestProject

const lines = (changes: Record<number, string> = {}) =>
  [...Array(20).keys()].map((line) => `${changes[line] ?? line}\n`).join('')

beforeEach(async () => {
  ;[berth, project] = await Promise.all([
    openBerth(),
    makeProject({ 'berth.toml': '', 'app.txt': lines(), 'api.txt': 'api\n', 'old.txt': 'old\n' }),
  ])
  await project.write('app.txt', lines({ 2: 'half an idea' }))
  await project.write('notes.txt', 'mine\n')
  await project.git('rm', '-q', 'old.txt')
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

const inProject = () => ({ cwd: project.directory })
const inEnv = (script: string) => berth.ok(['run', 'tea', '--', 'sh', '-c', script], inProject())
const read = (path: string) => readFile(join(project.directory, path), 'utf8')

test.each(process.getuid?.() === 0 ? ['copy', 'overlay'] : ['copy'])('work around it, method %s', async (method) => {
  await project.write('berth.toml', `[env.copy]\nmethod = "${method}"\n`)
  await berth.ok(['create', 'tea'], inProject())
  expect(await berth.ok(['diff', 'tea'], inProject())).toBe('')
  const dirty = await project.git('status', '--porcelain')

  await inEnv('echo better >> api.txt && git commit -qam "all of it" && echo new > made.txt')
  expect(await berth.ok(['diff', 'tea', '--stat'], inProject())).toBe(
    'FILE      ADDED  REMOVED\napi.txt   +1     -0\nmade.txt  +1     -0\n',
  )
  await berth.ok(['merge', 'tea'], inProject())
  expect(await project.git('log', '--format=%s', 'HEAD')).toBe('Work in the env tea\nall of it\nfirst')
  expect(await project.git('status', '--porcelain')).toBe(dirty)
  expect(await project.git('diff', '--name-only', 'HEAD~2', 'HEAD')).toBe('api.txt\nmade.txt')
  expect([await read('api.txt'), await read('made.txt')]).toEqual(['api\nbetter\n', 'new\n'])

  await inEnv('echo again >> made.txt')
  await berth.ok(['merge', 'tea'], inProject())
  expect(await read('made.txt')).toBe('new\nagain\n')
  expect(await project.git('status', '--porcelain')).toBe(dirty)
})

test('work in the same file: apart where it can be told apart, said where not, refused before it touches anything', async () => {
  await berth.ok(['create', 'tea'], inProject())
  await inEnv('sed -i s/^15$/fifteen/ app.txt')
  expect(await berth.data(['pull', 'tea'], inProject())).toMatchObject({ commits: 1, mixed: [] })
  expect(await project.git('show', 'berth/tea:app.txt')).toBe(lines({ 15: 'fifteen' }).trimEnd())

  const before = await read('app.txt')
  const refused = await berth.run(['merge', 'tea'], inProject())
  expect(refused).toMatchObject({ exitCode: 4 })
  expect(refused.stderr).toContain('app.txt')
  expect(await read('app.txt')).toBe(before)
  await project.git('commit', '-qam', 'the idea')
  await berth.ok(['merge', 'tea'], inProject())
  expect(await read('app.txt')).toBe(lines({ 2: 'half an idea', 15: 'fifteen' }))

  await inEnv('sed -i "s/^half an idea$/a whole idea/" app.txt; echo theirs >> notes.txt')
  const pulled = await berth.run(['pull', 'tea'], inProject())
  expect(pulled.stderr).toContain('what you had not committed came along in app.txt, notes.txt')
  expect(await read('notes.txt')).toBe('mine\n')
})

test('of what git ignores comes along what berth.toml and .worktreeinclude list', async () => {
  const files = { '.gitignore': '*.key\n.env\nout/\n', '.worktreeinclude': '# secrets\n.env\n', 'out/big': 'x' }
  for (const [name, text] of Object.entries({ ...files, '.env': 'A=1\n', 'a.key': 'a', 'b.key': 'b' }))
    await project.write(name, text)
  await project.write('berth.toml', '[env.copy]\ninclude = ["a.key"]\n')
  await berth.ok(['create', 'tea'], inProject())
  const workspace = (await berth.ok(['path', 'tea'], inProject())).trim()
  const ignored = (await readdir(workspace)).filter((name) => /key$|^\.env$|^out$/.test(name))
  expect(ignored.sort()).toEqual(['.env', 'a.key'])
})
