import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const root = join(import.meta.dirname, '../..')
let lab: Lab
let berth: TestBerth
let project: TestProject
let shop: string

const compose = `services:
  web:
    image: berth/busybox:local
    command: [httpd, -f, -p, '8000', -h, /site]
    volumes: [./site:/site]
    expose: ['8000']
    stop_grace_period: 0s
`

beforeAll(async () => {
  lab = await raiseLab({ hosts: 1 })
  await lab.loadImages('h1', ['berth/busybox:local'])
  berth = await lab.openBerth()
  project = await makeProject(
    { 'compose.yaml': compose, 'site/index.html': 'from over there\n' },
    { name: 'shop', git: false },
  )
  shop = project.directory
  await berth.ok(['connect', 'h1', '--name', 'big-box'])
  await berth.ok(['up', 'feat', '--on', 'big-box'], { cwd: shop })
})
afterAll(async () => {
  await berth?.run(['destroy', 'feat', '--on', 'big-box', '--yes'], { cwd: shop })
  await lab.close()
  await project?.remove()
})

interface WaysIn {
  dns: string
  proxy: string
}
const ways = () => berth.data<WaysIn>(['daemon', 'status'])

/** What a name leads to by Berth's own DNS server. */
async function lookUp(name: string): Promise<string[]> {
  const script = `
    const { Resolver } = require('node:dns').promises
    const resolver = new Resolver()
    resolver.setServers([process.argv[1]])
    resolver.resolve4(process.argv[2]).then((found) => console.log(found.join(' ')), () => console.log(''))`
  const { stdout } = await lab.laptop(['node', '-e', script, (await ways()).dns, name])
  return stdout
    .trim()
    .split(' ')
    .filter((address) => address !== '')
}

const get = async (url: string, ...more: string[]) =>
  (await lab.laptop(['curl', '--silent', '--max-time', '5', ...more, url])).stdout

test('a name with the machine in it leads to the service there, over SSH', async () => {
  await eventually(async () => expect(await lookUp('web.feat.big-box.test')).toHaveLength(1))
  const [address = ''] = await lookUp('web.feat.big-box.test')
  expect(address).toMatch(/^127\.(6[4-9]|[789]\d|1[01]\d|12[0-7])\./)
  await eventually(async () => expect(await get(`http://${address}:8000/`)).toBe('from over there\n'))
  expect(await lookUp('web.feat.test')).toEqual([address])
  expect(await lookUp('web.none.big-box.test')).toEqual([])
})

test('the proxy knows it too', async () => {
  const { proxy } = await ways()
  const host = ['--header', 'Host: web.feat.big-box.localhost']
  await eventually(async () => expect(await get(`http://${proxy}/`, ...host)).toBe('from over there\n'))
})

test('url and names say what works here', async () => {
  const url = (await berth.ok(['url', 'feat', '--on', 'big-box'], { cwd: shop })).trim()
  expect(url).toMatch(/^http:\/\/web\.feat\.big-box\.localhost:\d+$/)
  const host = ['--header', `Host: ${new URL(url).host}`]
  expect(await get(`http://127.0.0.1:${new URL(url).port}/`, ...host)).toBe('from over there\n')
  expect(await berth.ok(['names', '--on', 'big-box', '--quiet'])).toBe('web.feat.big-box.test\n')
})

test('an editor opens the workspace there over SSH', async () => {
  const url = await berth.ok(['open', 'feat', '--editor', 'code', '--print', '--on', 'big-box'], { cwd: shop })
  const path = await berth.ok(['path', 'feat', '--on', 'big-box'], { cwd: shop })
  expect(url.trim()).toBe(`vscode-remote://ssh-remote+h1${path.trim()}`)
  const editor = join(shop, 'code')
  await writeFile(editor, `#!/bin/sh\nprintf '%s\\n' "$@" >'${shop}/opened'\n`, { mode: 0o755 })
  const opened = await exec(
    [
      'env',
      `PATH=${shop}:${process.env['PATH']}`,
      join(root, 'bin/berth'),
      'open',
      'feat',
      '--editor',
      'code',
      '--on',
      'big-box',
    ],
    { cwd: shop, env: berth.env },
  )
  expect(opened.exitCode, opened.stderr).toBe(0)
  await eventually(async () => expect(await readFile(join(shop, 'opened'), 'utf8')).toBe(`--folder-uri\n${url}`))
})

test('a machine of the same name in another context has names of its own', async () => {
  await berth.ok(['context', 'create', 'acme'])
  const acme = ['--context', 'acme']
  await berth.ok(['connect', 'h1', '--name', 'big-box', ...acme])
  await eventually(async () => expect(await lookUp('web.feat.big-box.acme.test')).toHaveLength(1))
  const [address = ''] = await lookUp('web.feat.big-box.acme.test')
  expect(await lookUp('web.feat.big-box.test')).not.toContain(address)
  const named = async (...flags: string[]) => berth.ok(['names', '--on', 'big-box', ...flags], { cwd: shop })
  expect(await named(...acme)).toContain('web.feat.big-box.acme.test')
  expect(await named()).not.toContain('acme')
  await berth.ok(['disconnect', 'big-box', ...acme])
  await eventually(async () => expect(await lookUp('web.feat.big-box.acme.test')).toEqual([]))
  await berth.ok(['context', 'rm', 'acme'])
})

test('it comes back when the machine does, and goes with the connection', async () => {
  await lab.fault('reboot', 'h1')
  await eventually(() => berth.ok(['up', 'feat', '--on', 'big-box'], { cwd: shop }))
  await eventually(async () => {
    const [address = '127.0.0.1'] = await lookUp('web.feat.big-box.test')
    expect(await get(`http://${address}:8000/`)).toBe('from over there\n')
  })
  const [address = ''] = await lookUp('web.feat.big-box.test')
  await berth.ok(['destroy', 'feat', '--on', 'big-box', '--yes'], { cwd: shop })
  await berth.ok(['disconnect', 'big-box'])
  await eventually(async () => expect(await lookUp('web.feat.big-box.test')).toEqual([]))
  expect(await get(`http://${address}:8000/`)).toBe('')
})
