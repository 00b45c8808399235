/** Another image or address of the ingress: nobody who asks the apps notices. */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'

const { status } = spawnSync('tests/tools/build.sh', ['--cached', 'traefik'])
const proxies = status === 0 ? (['caddy', 'traefik'] as const) : (['caddy'] as const)
const tags: string[] = []
let world: DeployWorld

beforeAll(() => ensureImages(['busybox', ...proxies]))
afterEach(async () => {
  await world.close()
  for (const tag of tags.splice(0)) await must(['docker', 'rmi', tag])
})

const inProject = () => ({ cwd: world.project.directory })

/** Writes the machine's settings, which a daemon reads when it starts. */
async function settle(change: (text: string) => string): Promise<void> {
  const file = join(world.berth.home, 'config.toml')
  await writeFile(file, change(await readFile(file, 'utf8')))
  await world.berth.ok(['daemon', 'stop'])
}

/** Services of the ingress that run → id of their container. */
async function running(): Promise<Record<string, string>> {
  const ours = `label=dev.berth.apps=${await must(['cat', join(world.berth.home, 'id')])}`
  const format = '{{.Label "com.docker.compose.service"}} {{.ID}}'
  const listed = await must(['docker', 'ps', '--filter', ours, '--format', format])
  const services = listed.split('\n').map((line) => line.split(' ') as [string, string])
  return Object.fromEntries(services.filter(([service]) => service.startsWith('proxy')))
}

/** The same program under another name, as far as Berth knows another version of it. */
async function nextImage(proxy: 'caddy' | 'traefik'): Promise<string> {
  const tag = `berth-test/${proxy}:${world.port}-${tags.length}`
  await must(['docker', 'tag', images[proxy], tag])
  tags.push(tag)
  return tag
}

/** What a look at the app says of its ingress. */
async function reconcile(...flags: string[]): Promise<string> {
  const { stdout } = await world.berth.run(['app', 'reconcile', 'shop', ...flags], inProject())
  return stdout.split('\n').find((line) => line.startsWith('ingress')) ?? 'ok'
}

/** Which of the proxies takes a new connection to a port; null where none does. */
function answering(port: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const asked = request({ host: '127.0.0.1', port, path: '/.berth/health', agent: false }, (answer) => {
    resolve(String(answer.resume().headers['berth-proxy']))
  })
  asked.on('error', () => resolve(null)).end()
  return promise
}

test.each(proxies)('%s: another image, a front that starts anew, another port: no request is lost', async (proxy) => {
  world = await openDeployWorld({ proxy })
  await settle((text) => `${text}drain = 2\n`)
  await world.deploy()
  const load = world.load()

  const second = await nextImage(proxy)
  await settle((text) => text.replace(images[proxy], second))
  expect(await reconcile()).toContain('another one beside it; no request is lost')
  expect(await reconcile('--apply')).toContain(' repaired ')
  expect(Object.keys(await running()).sort()).toEqual(['proxy', 'proxy-8100'])
  const third = await nextImage(proxy)
  await settle((text) => text.replace(second, third))
  await world.project.write('site/index.html', 'v2')
  await world.deploy()
  expect(await answering(world.port)).toBe('8102')
  // the one that was replaced finishes what it has begun, and is ended
  await eventually(async () => expect(Object.keys(await running()).sort()).toEqual(['proxy', 'proxy-8102']))

  // one that does not start takes nothing from the one there is
  await settle((text) => text.replace(third, images.busybox))
  expect(await reconcile('--apply')).toContain('proxy-8100 could not start')
  expect(Object.keys(await running()).sort()).toEqual(['proxy', 'proxy-8102'])
  const moved = await freePort()
  await settle((text) => text.replace(images.busybox, third).replace(`:${world.port}"`, `:${moved}"`))
  expect(await reconcile()).toContain('moves to another address')
  expect(await reconcile('--apply')).toContain(' repaired ')
  const { requests, failures, bodies } = await load.stop()
  expect(failures).toEqual([])
  expect(bodies).toEqual(['v1', 'v2'])
  expect(requests).toBeGreaterThan(200)
  expect(await answering(moved)).toBe('first')
  await eventually(async () => expect(Object.keys(await running())).toHaveLength(1))
  expect(await answering(world.port)).toBe(null)
})

test('caddy: after its front started anew the proxy that took over does so again; what clashes is told before', async () => {
  world = await openDeployWorld()
  await world.deploy()
  const second = await nextImage('caddy')
  await settle((text) => text.replace(images.caddy, second))
  expect(await reconcile('--apply')).toContain(' repaired ')
  await must(['docker', 'restart', (await running())['proxy'] ?? ''])
  await eventually(async () => expect(await answering(world.port)).toBe('8100'))
  await eventually(async () => expect(await reconcile()).toBe('ok'))

  await settle((text) => text.replace('127.0.0.1:', '0.0.0.0:'))
  const told = 'requests fail for a moment, since 0.0.0.0:'
  expect(await world.berth.ok(['deploy', '--dry-run'], inProject())).toContain(told)
  expect(await reconcile('--apply')).toContain(told)
  expect(await answering(world.port)).toBe('8100')
  expect(await reconcile('--apply', '--interrupt')).toContain(' repaired ')
  expect(Object.keys(await running())).toEqual(['proxy'])
  expect(await answering(world.port)).toBe('first')
})
