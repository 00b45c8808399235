/** Pushes that deploy, as a git host sends them, and what must never get through. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { appendFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { ensureImages } from '../support/images.ts'
import { must } from '../support/must.ts'

let world: DeployWorld
let port: number
beforeAll(() => ensureImages(['busybox', 'caddy']))
beforeEach(async () => {
  world = await openDeployWorld()
  port = await freePort()
  await appendFile(join(world.berth.home, 'config.toml'), `[webhook]\nlisten = "127.0.0.1:${port}"\n`)
})
afterEach(() => world.close())

const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
const git = async (...args: string[]) =>
  (await must(['git', ...who, ...args], { cwd: world.project.directory, env: world.berth.env })).trim()

/** The project as a repository whose `.env` stays out, and the id and secret of its webhook. */
async function mapped(...flags: string[]) {
  await git('init', '-q', '-b', 'main')
  await world.project.write('.gitignore', '')
  await git('add', '-A')
  await git('commit', '-q', '-m', 'one')
  const source = ['--source', world.project.directory]
  return world.berth.data<{ webhook: { id: string; path: string }; secret: string }>([
    'webhook',
    'map',
    'github',
    'acme/shop',
    ...source,
    ...flags,
  ])
}

interface Sent {
  status: number
  body: string
}

/** Sends what GitHub would; `more` are headers that take the place of its own. */
async function send(path: string, event: string, payload: object, secret: string, more: Record<string, string> = {}) {
  const body = JSON.stringify(payload)
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const headers = { 'x-github-event': event, 'x-github-delivery': 'd-1', 'x-hub-signature-256': signature, ...more }
  const { promise, resolve, reject } = Promise.withResolvers<Sent>()
  const sent = request({ port, host: '127.0.0.1', path, method: 'POST', headers })
  sent.on('error', reject)
  sent.on('response', (response) => {
    text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject)
  })
  sent.end(body)
  return promise
}

const pushOf = async (commit?: string) => ({
  ref: 'refs/heads/main',
  after: commit ?? (await git('rev-parse', 'main')),
  repository: { full_name: 'acme/shop' },
})

interface Delivery {
  event: string
  result: string
  message: string
}

async function deliveries(): Promise<Delivery[]> {
  const { webhooks } = await world.berth.data<{ webhooks: { deliveries: Delivery[] }[] }>(['webhook', 'ls'])
  return webhooks[0]?.deliveries ?? []
}

const settled = (count: number) =>
  eventually(async () => {
    const all = await deliveries()
    expect(all).toHaveLength(count)
    expect(all.filter(({ result }) => result === 'waiting')).toEqual([])
    return all
  })

async function shown(): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request({ port: world.port, host: '127.0.0.1', headers: { host: 'shop.localhost' } })
  asked.on('response', (response) => void text(response).then(resolve, reject))
  asked.on('error', reject).end()
  return promise
}

test('a push deploys what its branch holds; a forged, repeated or foreign one does nothing', async () => {
  const { webhook, secret } = await mapped()
  expect((await world.berth.ok(['webhook', 'test', webhook.id])).trim()).toMatch(/^it answers: 200/)

  const first = await pushOf()
  expect(await send(webhook.path, 'push', first, secret)).toMatchObject({ status: 202 })
  await settled(2)
  expect(await shown()).toBe('v1')

  await world.project.write('site/index.html', 'v2')
  await git('commit', '-q', '-am', 'two')
  const second = await pushOf()
  const refused = {
    forged: await send(webhook.path, 'push', second, 'another secret'),
    unsigned: await send(webhook.path, 'push', second, secret, { 'x-hub-signature-256': '' }),
    repeated: await send(webhook.path, 'push', first, secret, { 'x-github-delivery': 'd-2' }),
    foreign: await send(webhook.path, 'push', { ...second, repository: { full_name: 'acme/other' } }, secret),
    unreadable: await send(webhook.path, 'push', { ...second, after: '--upload-pack=touch /tmp/x' }, secret),
    elsewhere: await send(`${webhook.path}x`, 'push', second, secret),
    outside: await send('/../../etc/passwd', 'push', second, secret),
    huge: await send(webhook.path, 'push', { ...second, pad: 'x'.repeat(5_000_001) }, secret).catch(() => ({
      status: 413,
    })),
  }
  expect(Object.fromEntries(Object.entries(refused).map(([name, { status }]) => [name, status]))).toEqual({
    forged: 401,
    unsigned: 401,
    repeated: 200,
    foreign: 200,
    unreadable: 400,
    elsewhere: 404,
    outside: 404,
    huge: 413,
  })
  await settled(3)
  expect(await shown()).toBe('v1')

  const clients = world.load()
  expect(await send(webhook.path, 'push', second, secret)).toMatchObject({ status: 202 })
  await settled(4)
  const { failures, bodies } = await clients.stop()
  expect({ failures, bodies }).toEqual({ failures: [], bodies: ['v1', 'v2'] })

  // an old push that is new to us brings what the branch holds now, not what it held then
  expect(await send(webhook.path, 'push', { ...first, pusher: 'again' }, secret)).toMatchObject({ status: 202 })
  await settled(5)
  expect(await shown()).toBe('v2')

  const everything = await must(['sh', '-c', 'grep -rlF "$1" "$2" || true', 'sh', secret, world.berth.home])
  expect(everything).toBe('')
  await world.berth.ok(['webhook', 'rm', webhook.id])
  expect(await send(webhook.path, 'push', second, secret)).toMatchObject({ status: 404 })
})

test('a deploy that fails leaves what runs, and says why; who dawdles is cut off', async () => {
  const { webhook, secret } = await mapped()
  const slow = connect(port, '127.0.0.1').resume()
  const begun = Date.now()
  const cutOff = once(slow, 'close').then(() => Date.now() - begun)
  slow.write(`POST ${webhook.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`)
  await send(webhook.path, 'push', await pushOf(), secret)
  await settled(1)
  await world.project.write('compose.yaml', 'services: { web: { image: nowhere.invalid/x } }\n')
  await git('commit', '-q', '-am', 'broken')
  await send(webhook.path, 'push', await pushOf(), secret)
  const [last] = await settled(2)
  expect(last).toMatchObject({
    event: 'push',
    result: 'failed',
    message: expect.stringContaining('nowhere.invalid') as string,
  })
  expect(await shown()).toBe('v1')
  await eventually(async () => {
    const events = (await world.berth.ok(['events', '--json', '--type', 'webhook'])).trim().split('\n')
    expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'webhook.received',
      'webhook.done',
      'webhook.received',
      'webhook.failed',
    ])
  })
  expect(await cutOff).toBeLessThan(60_000)
})

test('a pull request of our own has an env until it is closed', async () => {
  const { webhook, secret } = await mapped('--previews')
  await git('checkout', '-q', '-b', 'idea')
  await world.project.write('site/index.html', 'an idea')
  await git('commit', '-q', '-am', 'idea')
  await git('update-ref', 'refs/pull/7/head', 'idea')
  const pull = async (action: string, from = 'acme/shop') => ({
    action,
    number: 7,
    repository: { full_name: 'acme/shop' },
    pull_request: { head: { sha: await git('rev-parse', 'idea'), repo: { full_name: from } } },
  })
  expect((await send(webhook.path, 'pull_request', await pull('opened', 'mallory/shop'), secret)).status).toBe(200)
  expect((await send(webhook.path, 'pull_request', await pull('opened'), secret)).status).toBe(202)
  const [opened] = await settled(2)
  expect(opened).toMatchObject({ result: 'done', message: expect.stringContaining('pr-7 is up at http://') as string })
  const env = ['pr-7', '--project', 'shop-previews']
  expect(await world.berth.ok(['exec', ...env, 'web', '--', 'cat', '/site/index.html'])).toBe('an idea')
  await send(webhook.path, 'pull_request', await pull('closed'), secret)
  await settled(3)
  expect((await world.berth.run(['status', ...env])).exitCode).toBe(3)
})

test('what could bend a command line is refused', async () => {
  const bad = [
    ['github', '--upload-pack=x/y'],
    ['github', '../../etc'],
    ['github', 'acme/shop', '--branch', '--exec=x'],
    ['github', 'acme/shop', '--branch', 'a b'],
    ['github', 'acme/shop', '--branch', 'a/../b'],
    ['github', 'acme/shop', '--app', '$(id)'],
    ['github', 'acme/shop', '--source', 'ext::sh -c id'],
    ['github', 'acme/shop', '--source', '--upload-pack=id'],
    ['bitbucket', 'acme/shop'],
  ]
  for (const words of bad) {
    const { exitCode, stderr } = await world.berth.run(['webhook', 'map', ...words])
    expect({ words, exitCode, stderr }).toEqual({
      words,
      exitCode: 2,
      stderr: expect.stringMatching(/^error: /) as string,
    })
  }
  expect(await world.berth.ok(['webhook', 'ls', '--quiet'])).toBe('')
})
