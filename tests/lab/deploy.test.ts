/** The same project in production on two machines: images sent without a registry, no request lost. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shopCompose } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { images } from '../support/images.ts'
import type { LabHost } from '../support/lab.ts'
import { type LabDeploy, openLabDeploy } from '../support/lab-deploy.ts'

let world: LabDeploy

beforeAll(async () => void (world = await openLabDeploy(2)))
afterAll(() => world?.close())

interface Deployed {
  machines: { machine: string; app: { state: string; number: number }; deployment: { state: string } }[]
}

const inProject = () => ({ cwd: world.project.directory })

test('one command, two machines; a second version replaces the first on both', async () => {
  const first = await world.berth.data<Deployed>(['deploy', '--on', 'h1,h2'], inProject())
  expect(first.machines.map(({ machine, app, deployment }) => [machine, app.state, deployment.state])).toEqual([
    ['h1', 'ok', 'live'],
    ['h2', 'ok', 'live'],
  ])
  expect([await world.ask('h1'), await world.ask('h2')]).toEqual(['v1', 'v1'])
  await world.project.write('site/index.html', 'v2')
  const second = await world.berth.data<Deployed>(['deploy', '--on', 'h1,h2', '--strategy', 'parallel'], inProject())
  expect(second.machines.map(({ app }) => app.number)).toEqual([2, 2])
  expect([await world.ask('h1'), await world.ask('h2')]).toEqual(['v2', 'v2'])
  expect(await world.berth.data(['rollback', 'shop', '--on', 'h2'])).toMatchObject({ app: { number: 1 } })
  expect([await world.ask('h1'), await world.ask('h2')]).toEqual(['v2', 'v1'])
  expect(await world.berth.ok(['app', 'ls', '--on', 'h2'])).toMatch(/shop +ok +1 /)
})

test('of an image that shares its layers with one that is there, only the rest travels', async () => {
  await world.project.write(
    'compose.yaml',
    shopCompose.replace(`image: ${images.busybox}\n    command: httpd`, 'build: .\n    command: httpd'),
  )
  await world.project.write('Dockerfile', `FROM ${images.busybox}\nRUN echo built > /built\n`)
  const { exitCode, stderr } = await world.berth.run(['deploy', '--on', 'h1'], inProject())
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  const layers = await world.lab.on('h1', [
    'sh',
    '-c',
    'docker ps -q --filter label=dev.berth.service=web | head -1 | xargs -I{} docker exec {} cat /built',
  ])
  expect(layers).toBe('built')
  expect(await world.lab.on('h1', ['sh', '-c', 'ls /root/.berth/incoming | wc -l'])).toBe('0')
})

/** An address that is given to one host or the other, as keepalived and the panels of providers do. */
const floating = '10.77.0.100'
const hold = (host: LabHost) =>
  world.lab.on(host, [
    'sh',
    '-c',
    `ip address add ${floating}/24 dev $(ip -o route get 10.77.0.1 | sed 's/.* dev \\([^ ]*\\).*/\\1/')`,
  ])
/** What curl prints of an address: the body, or nothing. */
const curl = async (...args: string[]) => (await world.lab.laptop(['curl', '-s', '-f', '-m', '2', ...args])).stdout
const isWell = async (host: LabHost) => (await curl(`http://${host}:8080/.berth/health`)) !== ''

test('active and passive: a deploy loses nothing, and the passive one has the release when the address moves to it', async () => {
  await hold('h1')
  const atAddress = { h1: floating, h2: floating }
  const load = world.load(['h1'], atAddress)
  await world.version('v3')
  await world.berth.ok(['deploy', '--on', 'h2,h1'], inProject())
  const h1 = (await load.stop())['h1']
  expect({ failures: h1?.failures, last: h1?.bodies.at(-1) }).toEqual({ failures: [], last: 'v3' })

  await world.lab.fault('kill', 'h1')
  await eventually(async () => expect(await isWell('h1')).toBe(false))
  await eventually(async () => expect(await isWell('h2')).toBe(true))
  await hold('h2')
  await world.lab.laptop(['ip', 'neighbour', 'flush', 'to', floating])
  const after = world.load(['h2'], atAddress)
  // of two addresses in DNS a client takes the other where one does not answer
  const both = `shop.localhost:8080:10.77.0.11,10.77.0.12`
  expect(await curl('-m', '10', '--connect-timeout', '4', '--resolve', both, 'http://shop.localhost:8080/')).toBe('v3')
  const h2 = (await after.stop())['h2']
  expect({ failures: h2?.failures, bodies: h2?.bodies }).toEqual({ failures: [], bodies: ['v3'] })

  // and once it is back it serves again by itself, whatever restart policy the compose file says
  await world.lab.fault('start', 'h1')
  await eventually(async () => expect(await world.ask('h1')).toBe('v3'))
})

test('a machine that is not connected stops everything before anything is done', async () => {
  const refused = await world.berth.run(['deploy', '--on', 'h1,nowhere'], inProject())
  expect(refused.exitCode).toBe(6)
  expect(refused.stderr).toContain('not connected to nowhere')
})

test('no secret lies on any machine', async () => {
  for (const host of world.lab.hosts)
    expect(await world.lab.on(host, ['sh', '-c', 'grep -rlF canary-value-x /root/.berth /tmp || true'])).toBe('')
})
