/** `berth config`: what is in effect, where it comes from, and every fault. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { failureOf } from '../support/failure.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let berth: TestBerth
let project: TestProject
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': 'name: tea\n' }, { name: 'shop' })])
})
afterEach(async () => {
  await Promise.all([berth.close(), project.remove()])
})

interface Setting {
  key: string
  value: unknown
  source: object
}

interface Shown {
  machine: Setting[]
  pending: string[]
  project: { directory: string; settings: Setting[] } | null
  files: { path: string; exists: boolean }[]
}

const shown = (cwd = project.directory) => berth.data<Shown>(['config'], { cwd })
const find = (settings: Setting[] | undefined, key: string) => settings?.find((setting) => setting.key === key)
const file = () => join(berth.home, 'config.toml')

test('defaults, files, variables and what is made from something else are told apart', async () => {
  await writeFile(file(), '[dns]\nlisten = "127.0.0.1:5399"\n')
  await project.write(
    'berth.toml',
    'env.init = ["true"]\n[env.copy]\ninclude = ["*.env"]\n[agents.claude.env]\nAPI_TOKEN = "hunter2-hunter2"\n',
  )
  const { machine, project: own, files } = await shown()
  expect(find(machine, 'home')).toEqual({
    key: 'home',
    value: berth.home,
    source: { kind: 'variable', name: 'BERTH_HOME' },
  })
  expect(find(machine, 'network.pool')).toMatchObject({ value: '10.224.0.0/16', source: { kind: 'default' } })
  expect(find(machine, 'dns.listen')).toMatchObject({
    value: '127.0.0.1:5399',
    source: { kind: 'file', name: file(), line: 2 },
  })
  const settings = own?.settings
  const toml = join(project.directory, 'berth.toml')
  expect(find(settings, 'project.name')).toMatchObject({ value: 'tea', source: { name: 'the compose file' } })
  expect(find(settings, 'env.init')).toMatchObject({ value: ['true'], source: { kind: 'file', name: toml, line: 1 } })
  // follows from another key
  expect(find(settings, 'env.copy.ignored')).toMatchObject({ value: 'listed', source: { kind: 'default' } })
  expect(find(settings, 'agents.claude.env.API_TOKEN')).toMatchObject({ value: '***', source: { line: 5 } })
  expect(files).toEqual([
    { path: file(), exists: true },
    { path: toml, exists: true },
  ])
  const text = await berth.ok(['config'], { cwd: project.directory })
  expect(text).toMatch(/^this machine\nKEY +VALUE +FROM\nhome +/)
  expect(text).toContain(`the project in ${project.directory}\n`)
  expect(text).toMatch(/^dns\.listen +127\.0\.0\.1:5399 +\S+config\.toml:2$/m)
  expect(text).not.toContain('hunter2')
})

test('outside of a project there is only the machine; what berthd does not follow yet is said', async () => {
  expect(await shown('/')).toMatchObject({ project: null, pending: [] })
  await writeFile(file(), 'shared.grace_seconds = 5\n')
  expect((await shown('/')).pending).toEqual(['shared.grace_seconds'])
  expect(await berth.ok(['config'], { cwd: '/' })).toContain('shared.grace_seconds: in effect after berth daemon stop')
  await berth.ok(['daemon', 'stop'])
  expect((await shown('/')).pending).toEqual([])
})

test('all faults of all files are told at once', async () => {
  await berth.ok(['ls'])
  await writeFile(file(), '[network]\npol = 1\n[dns]\nlisten = "0.0.0.0:53"\n')
  await project.write('berth.toml', '[project]\nname = "A B"\n')
  const { exitCode, code, details } = await failureOf(berth, ['config'], project.directory)
  expect({ exitCode, code }).toEqual({ exitCode: 2, code: 'CONFIG_INVALID' })
  const places = (details['faults'] as { file: string; line: number; column: number; key: string }[]).map(
    ({ file: name, line, column, key }) => `${name}:${line}:${column} ${key}`,
  )
  expect(places).toEqual(['config.toml:2:1 network.pol', 'config.toml:4:1 dns.listen', 'berth.toml:2:1 project.name'])
  // the file of the machine alone can be looked for with all of it broken
  await berth.ok(['daemon', 'stop'])
  expect(await berth.ok(['config', 'path'])).toBe(`${file()}\n`)
  expect(await failureOf(berth, ['config'], project.directory)).toMatchObject({ exitCode: 2, code: 'CONFIG_INVALID' })
})

test('there is one context', async () => {
  await berth.ok(['ls', '--context', 'default'])
  expect(await failureOf(berth, ['ls', '--context', 'work'])).toMatchObject({ exitCode: 3, code: 'CONTEXT_NOT_FOUND' })
})

test('edit needs a terminal, and says where the file is', async () => {
  expect(await failureOf(berth, ['config', 'edit'])).toMatchObject({ exitCode: 2, hint: `the file is ${file()}` })
  expect(await failureOf(berth, ['config', 'paht'])).toMatchObject({
    exitCode: 2,
    message: 'paht is no action',
    hint: 'did you mean path?',
  })
})
