/** How much of a machine somebody may use: told before anything is made, and without a trace of what was refused. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { callApi } from '../support/api.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { ensureImages, images } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const compose = (limits: string) =>
  `services:\n  one: { image: "${images.busybox}", command: sleep 100000, init: true${limits} }\n`

let berth: TestBerth
let project: TestProject
beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  berth = await openBerth()
  project = await makeProject({ 'compose.yaml': compose(', cpus: 0.2, mem_limit: 40m') }, { name: 'shop' })
})
afterEach(async () => {
  await berth.close()
  await project.remove()
})

const failure = async (...args: string[]) => {
  const { exitCode, stderr } = await berth.run(args, { cwd: project.directory })
  return { exitCode, stderr }
}
const settle = (quota: string) => writeFile(join(berth.home, 'config.toml'), `[quota]\n${quota}\n`)
const make = (name: string) => berth.ok(['create', name], { cwd: project.directory })

test('of envs: one more than allowed is refused, and one that went makes room', async () => {
  await settle('envs = 2')
  await make('a')
  await make('b')
  expect(await failure('create', 'c')).toEqual({
    exitCode: 4,
    stderr: expect.stringContaining(
      'error: this user may use 2 envs: 2 are there\nhint: berth down or destroy',
    ) as string,
  })
  expect(await berth.ok(['ls', '--quiet'])).toBe('shop/a\nshop/b\n')
  await berth.ok(['destroy', 'a', '--yes'], { cwd: project.directory })
  await make('c')
})

test('of CPUs and memory: what runs counts, what is down does not', async () => {
  await settle('cpus = 0.5\nmemory = "100m"')
  for (const name of ['a', 'b', 'c']) await make(name)
  await berth.ok(['up', 'a'], { cwd: project.directory })
  await berth.ok(['up', 'b'], { cwd: project.directory })
  expect((await failure('up', 'c')).stderr).toContain(
    'error: this user may use 0.5 CPUs: 0.4 CPUs are in use and this needs 0.2 CPUs\n',
  )
  await berth.ok(['down', 'a'], { cwd: project.directory })
  await berth.ok(['up', 'c'], { cwd: project.directory })
  await berth.ok(['up', 'c'], { cwd: project.directory })
  expect((await failure('up', 'a')).exitCode).toBe(4)
})

test('of memory: a service without a limit could use it all', async () => {
  await settle('memory = "100m"')
  await project.write('compose.yaml', compose(''))
  await make('a')
  const refused = await failure('up', 'a')
  expect(refused.stderr).toContain('this user may use 100 MB of memory: a service of this env has no limit of its own')
  expect(refused.stderr).toContain('[env.limits]')
  await project.write('berth.toml', '[env.limits]\nmemory = "50m"\n')
  await make('b')
  await berth.ok(['up', 'b'], { cwd: project.directory })
})

test('of disk: workspaces and volumes that fill it', async () => {
  await settle('disk = "2m"')
  await project.write('compose.yaml', `${compose(', volumes: ["data:/data"]')}volumes:\n  data:\n`)
  await make('a')
  await berth.ok(['up', 'a'], { cwd: project.directory })
  await make('b')
  await berth.ok(['exec', 'a', '--', 'dd', 'if=/dev/zero', 'of=/data/x', 'bs=1M', 'count=4'], {
    cwd: project.directory,
  })
  expect((await failure('create', 'c')).stderr).toMatch(/this user may use 2 MB of disk: \d\.\d+ MB of disk are in use/)
  expect((await failure('up', 'b')).exitCode).toBe(4)
})

test("of a token: its own envs count, not the owner's", async () => {
  for (const name of ['a', 'b']) await make(name)
  const scope = ['--scope', 'operate', '--project', 'shop', '--envs', '1']
  const { token } = await berth.data<{ token: string }>(['login', 'local', '--for', 'ci', ...scope])
  const create = (name: string) =>
    callApi(berth, 'env.create', { name, source: { kind: 'directory', directory: '/' } }, { token })
  expect((await create('mine')).body).toContain('event: result')
  expect((await create('more')).body).toMatch(/QUOTA_EXCEEDED.*ci \([a-z0-9]{8}\) may use 1 envs/)
  await make('c')
})
