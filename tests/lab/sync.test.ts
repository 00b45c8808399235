import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { git } from '../support/git-world.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { must } from '../support/must.ts'
import { everyFile } from '../support/sync-world.ts'
import { temporaryPrefix } from '../support/temporary.ts'

let lab: Lab
let berth: TestBerth
let shop: string

beforeAll(async () => {
  lab = await raiseLab({ hosts: 1 })
  await lab.loadImages('h1', ['berth/busybox:local'])
  berth = await lab.openBerth()
  await berth.ok(['connect', 'h1', '--name', 'big-box'])
})
afterAll(() => lab.close())

const compose = `services:
  web:
    image: berth/busybox:local
    command: [httpd, -f, -p, '8000', -h, /site]
    volumes: [./site:/site]
    expose: ['8000']
    stop_grace_period: 0s
`

beforeEach(async () => {
  shop = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}shop-`)))
  await must(['mkdir', '-p', join(shop, 'site')])
  await writeFile(join(shop, 'compose.yaml'), compose)
  await writeFile(join(shop, 'site/index.html'), 'committed\n')
  await writeFile(join(shop, '.gitignore'), '.env\nnode_modules/\n')
  await git(shop, 'init', '--quiet', '--initial-branch=main')
  await git(shop, 'add', '--all')
  await git(shop, 'commit', '--quiet', '-m', 'first')
})
afterEach(() => rm(shop, { recursive: true, force: true }))

const here = () => ({ cwd: shop })

test('an env of the project, made on another machine: uncommitted work comes along, secrets only when asked', async () => {
  await writeFile(join(shop, 'site/index.html'), 'changed\n')
  await writeFile(join(shop, '.env'), 'SECRET=1\n')
  const made = await berth.run(['create', 'one', '--on', 'big-box'], here())
  expect(made.stderr).toContain('not sent to big-box: .env; --send .env')
  expect(made.exitCode, made.stderr).toBe(0)
  const { env } = await berth.data<{ env: { directory: string; branch: string } }>(
    ['status', 'one', '--on', 'big-box'],
    here(),
  )
  const there = await lab.path('h1', env.directory)
  const files = await everyFile(there)
  expect(files['site/index.html']).toBe('f changed\n')
  expect(files['.env']).toBeUndefined()
  expect(await lab.on('h1', ['git', '-C', env.directory, 'status', '--porcelain', '--branch'])).toBe(
    '## berth/one\n M site/index.html',
  )
  const again = await berth.run(['create', 'two', '--on', 'big-box', '--send', '.env'], here())
  expect(again.exitCode, again.stderr).toBe(0)
  const path = (await berth.ok(['path', 'two', '--on', 'big-box'], here())).trim()
  expect(await readFile(join(await lab.path('h1', path), '.env'), 'utf8')).toBe('SECRET=1\n')
  await berth.ok(['destroy', 'one', '--on', 'big-box', '--yes'], here())
  await berth.ok(['destroy', 'two', '--on', 'big-box', '--yes'], here())
})

test('up makes it there and starts it; diff, pull and merge bring its work back', async () => {
  const before = await git(shop, 'for-each-ref')
  await berth.ok(['up', 'feat', '--on', 'big-box'], here())
  expect(await git(shop, 'for-each-ref')).toBe(before)
  const path = (await berth.ok(['path', 'feat', '--on', 'big-box'], here())).trim()
  await lab.on('h1', ['sh', '-c', `cd '${path}' && echo better >site/index.html && echo new >site/new.html`])

  const diff = await berth.ok(['diff', 'feat', '--on', 'big-box'], here())
  expect(diff).toContain('+better')
  await must(['git', '-C', shop, 'apply', '--check', '-'], { input: diff })
  const pulled = await berth.ok(['pull', 'feat', '--on', 'big-box'], here())
  expect(pulled).toMatch(/^berth\/feat is at [0-9a-f]{10}, 1 new commit$/m)
  expect(await git(shop, 'show', 'berth/feat:site/new.html')).toBe('new\n')
  expect(await git(shop, 'status', '--porcelain', '--branch')).toBe('## main\n')

  await lab.on('h1', ['sh', '-c', `cd '${path}' && echo best >site/index.html`])
  const merged = await berth.ok(['merge', 'feat', '--on', 'big-box'], { cwd: join(shop, 'site') })
  expect(merged).toContain('fast-forwarded berth/feat')
  expect(await readFile(join(shop, 'site/index.html'), 'utf8')).toBe('best\n')
  await berth.ok(['destroy', 'feat', '--on', 'big-box', '--yes'], here())
})

test('a copy of a project no env is made of goes with gc', async () => {
  await berth.ok(['create', 'one', '--on', 'big-box'], here())
  await lab.on('h1', [
    'sh',
    '-c',
    'cd ~/.berth/mirrors && sed -i "s/\\"usedAt\\":[0-9]*/\\"usedAt\\":1/" */mirror.json',
  ])
  expect(await berth.ok(['gc', '--on', 'big-box'], here())).not.toContain(`tree/${basename(shop)}`)
  await berth.ok(['destroy', 'one', '--on', 'big-box', '--yes'], here())
  expect(await berth.ok(['gc', '--on', 'big-box'], here())).toContain(`tree/${basename(shop)}`)
  await berth.ok(['create', 'one', '--on', 'big-box'], here())
  await berth.ok(['destroy', 'one', '--on', 'big-box', '--yes'], here())
})

test('run in an env there: the command sees the project', async () => {
  const ran = await berth.run(['run', 'task', '--no-up', '--on', 'big-box', '--', 'cat', 'site/index.html'], here())
  expect(ran.stdout, ran.stderr).toBe('committed\n')
  await berth.ok(['destroy', 'task', '--on', 'big-box', '--yes'], here())
})

test('a second laptop: the same repository is the same project there, another one of its name is one of its own', async () => {
  const other = await lab.openBerth()
  await other.ok(['connect', 'h1'])
  const elsewhere = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}laptop-`)))
  const project = basename(shop).toLowerCase()
  const named = (place: string) => join(elsewhere, place, basename(shop))
  const at = (place: string) => ({ cwd: named(place) })
  try {
    await must(['git', 'clone', '--quiet', shop, named('clone')])
    await must(['mkdir', '-p', named('stranger')])
    await writeFile(join(named('stranger'), 'compose.yaml'), compose)
    await git(named('stranger'), 'init', '--quiet', '--initial-branch=main')
    await git(named('stranger'), 'add', '--all')
    await git(named('stranger'), 'commit', '--quiet', '-m', 'something else')
    await berth.ok(['create', 'one', '--on', 'big-box'], here())

    // a clone: envs are shared, and work of either comes back to both
    expect(await other.ok(['status', 'one', '--on', 'h1'], at('clone'))).toContain(`${project}/one`)
    const made = await other.ok(['create', 'two', '--on', 'h1'], at('clone'))
    expect(made).toContain(`${project}/two is ready`)
    const path = (await berth.ok(['path', 'two', '--on', 'big-box'], here())).trim()
    await lab.on('h1', ['sh', '-c', `echo theirs >'${path}/new.txt'`])
    await berth.ok(['pull', 'two', '--on', 'big-box'], here())
    expect(await git(shop, 'show', 'berth/two:new.txt')).toBe('theirs\n')
    await other.ok(['pull', 'two', '--on', 'h1'], at('clone'))
    expect(await git(named('clone'), 'show', 'berth/two:new.txt')).toBe('theirs\n')

    // another repository: nothing of the first one's is taken for its own
    expect(await other.run(['status', 'one', '--on', 'h1'], at('stranger'))).toMatchObject({ exitCode: 3 })
    expect(await other.ok(['create', 'one', '--on', 'h1'], at('stranger'))).toContain(`${project}-2/one is ready`)
    expect(await other.ok(['status', 'one', '--on', 'h1'], at('stranger'))).toContain(`${project}-2/one`)
    await other.ok(['create', 'three', '--on', 'h1'], at('stranger'))
    expect((await other.ok(['ls', '--quiet', '--on', 'h1'], at('stranger'))).trim().split('\n').toSorted()).toEqual(
      [`-2/one`, `-2/three`, `/one`, `/two`].map((name) => `${project}${name}`),
    )
    for (const name of ['one', 'three']) await other.ok(['destroy', name, '--on', 'h1', '--yes'], at('stranger'))
    for (const name of ['one', 'two']) await berth.ok(['destroy', name, '--on', 'big-box', '--yes'], here())
  } finally {
    await rm(elsewhere, { recursive: true, force: true })
  }
})

test('cut off in the middle of a sync: it ends when the machine is back, or is gone on with', async () => {
  await writeFile(join(shop, 'site/large.bin'), randomBytes(15_000_000))
  await lab.fault('impair', 'h1', 'delay=20', 'rate=20mbit')
  try {
    const cut = berth.run(['create', 'one', '--on', 'big-box'], here())
    // some of it is there, and far from all
    await eventually(async () => {
      const sent = await lab.on('h1', ['sh', '-c', 'du -sk ~/.berth/mirrors/*/incoming | cut -f 1'])
      expect(Math.max(...sent.split('\n').map(Number))).toBeGreaterThan(1000)
    })
    await lab.fault('partition', 'h1')
    const { exitCode, stderr } = await cut
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 6,
      stderr: expect.stringMatching(/^error: the connection to big-box broke.*\nhint: run it again: it goes on/m),
    })
  } finally {
    await lab.fault('heal', 'h1')
  }
  await eventually(async () => expect(await berth.ok(['machines'])).toMatch(/big-box +connected/))
  expect(await berth.ok(['create', 'one', '--on', 'big-box'], here())).toContain('/one is ready')
  const path = (await berth.ok(['path', 'one', '--on', 'big-box'], here())).trim()
  expect(await readFile(await lab.path('h1', `${path}/site/large.bin`))).toEqual(
    await readFile(join(shop, 'site/large.bin')),
  )
  await berth.ok(['destroy', 'one', '--on', 'big-box', '--yes'], here())
})

test('a machine nobody connected is said before anything is sent', async () => {
  const result = await berth.run(['create', 'x', '--on', 'nowhere'], here())
  expect(result.exitCode).toBe(6)
  expect(result.stderr).toContain('not connected to nowhere')
})
