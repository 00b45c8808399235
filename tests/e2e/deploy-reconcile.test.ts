/** A real app is drifted by hand, each way there is: it is said, and repaired without a failed request. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'

interface Answer {
  machines: { machine: string; apps: { app: string; state: string; findings: Finding[] }[] }[]
}
interface Finding {
  kind: string
  subject: string
  state: string
  problem: string
  reach: string
  repaired: boolean
}

let world: DeployWorld

beforeAll(async () => {
  await ensureImages(['busybox', 'caddy'])
  world = await openDeployWorld()
  await world.deploy()
})
afterAll(() => world.close())

async function reconcile(...flags: string[]) {
  const { stdout, exitCode } = await world.berth.run(['app', 'reconcile', 'shop', '--json', ...flags])
  const { data } = JSON.parse(stdout) as { data: Answer }
  const app = data.machines[0]?.apps[0]
  return { exitCode, state: app?.state, wrong: app?.findings.filter(({ state }) => state !== 'ok') ?? [] }
}

const ok = { exitCode: 0, state: 'ok', wrong: [] }
const idOf = async (service: string) => (await world.containers(service))[0] ?? ''
const nameOf = (id: string) => must(['docker', 'inspect', '--format', '{{slice .Name 1}}', id])
const networksOf = (id: string) =>
  must(['docker', 'inspect', '--format', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}', id])

/** Says what is wrong, repairs it, and has nothing to say any more. */
async function expectRepaired(finding: Partial<Finding>): Promise<void> {
  // the engine lists a container that was killed as running for some time yet
  await eventually(async () =>
    expect(await reconcile()).toMatchObject({
      exitCode: 1,
      wrong: [expect.objectContaining({ ...finding, repaired: false })],
    }),
  )
  expect(await reconcile('--apply')).toMatchObject({ exitCode: 0, state: 'ok' })
  expect(await reconcile()).toEqual(ok)
}

test('an app that is as its release says is ok, however often it is asked', async () => {
  expect(await reconcile()).toEqual(ok)
  expect(await reconcile('--apply')).toEqual(ok)
  expect((await world.berth.run(['app', 'reconcile'])).stdout).toContain('shop is ok')
})

test('what is taken apart behind the requests is put together without a failed one', async () => {
  const clients = world.load()
  const store = await idOf('store')
  await must(['docker', 'kill', store])
  await expectRepaired({ kind: 'container', state: 'drifted', problem: 'it is exited (137)', reach: 'safe' })
  expect(await idOf('store')).toBe(store)

  const [network = ''] = (await networksOf(store)).trim().split(' ')
  await must(['docker', 'network', 'disconnect', network, store])
  await expectRepaired({ state: 'drifted', problem: `it is not in the network ${network}` })
  const [web = ''] = await world.containers('web')
  expect(await must(['docker', 'exec', web, 'nslookup', 'store'])).toContain('Address')

  await must(['docker', 'rm', '-f', store])
  await expectRepaired({ kind: 'service', subject: 'store', state: 'missing' })

  const routes = join(world.berth.home, 'ingress', 'etc', 'caddy.json')
  const text = await readFile(routes, 'utf8')
  await writeFile(routes, text.replace('shop.localhost', 'gone.localhost'))
  await expectRepaired({ kind: 'ingress', state: 'drifted' })
  expect(await readFile(routes, 'utf8')).toBe(text)

  const { failures, bodies } = await clients.stop()
  expect({ failures, bodies }).toEqual({ failures: [], bodies: ['v1'] })
})

test('a container of another making is replaced by the release, beside it', async () => {
  const web = await idOf('web')
  const labels = await must(['docker', 'inspect', '--format', '{{json .Config.Labels}}', web])
  const networks = (await networksOf(web)).trim().split(' ')
  const name = await nameOf(web)
  await must(['docker', 'rm', '-f', web])
  const own = Object.entries(JSON.parse(labels) as Record<string, string>).flatMap(([key, value]) => [
    '--label',
    key.endsWith('config-hash') ? `${key}=other` : `${key}=${value}`,
  ])
  const command = [images.busybox, 'sleep', '1000']
  await must(['docker', 'run', '-d', '--init', '--name', name, ...own, '--network', networks[0] ?? '', ...command])
  await expectRepaired({ kind: 'container', subject: name, state: 'drifted', reach: 'safe' })
  await eventually(async () => expect(await world.containers('web')).toHaveLength(1))
  expect(await idOf('web')).not.toBe(web)
})

test('what interrupts is done only when that is allowed; what is not ours is never touched', async () => {
  const store = await idOf('store')
  const labels = await must(['docker', 'inspect', '--format', '{{json .Config.Labels}}', store])
  const name = await nameOf(store)
  const [network = ''] = (await networksOf(store)).trim().split(' ')
  await must(['docker', 'rm', '-f', store])
  const own = Object.entries(JSON.parse(labels) as Record<string, string>).flatMap(([key, value]) => [
    '--label',
    key.endsWith('config-hash') ? `${key}=other` : `${key}=${value}`,
  ])
  const run = (...more: string[]) => must(['docker', 'run', '-d', '--init', '--network', network, ...more])
  await run('--name', name, ...own, images.busybox, 'sleep', '1000')
  const stranger = `${name}-stranger`
  await run('--name', stranger, images.busybox, 'sleep', '1000')
  try {
    const kept = await reconcile('--apply')
    expect(kept.wrong).toContainEqual(expect.objectContaining({ subject: name, reach: 'interrupts', repaired: false }))
    expect(kept.wrong).toContainEqual(
      expect.objectContaining({ subject: stranger, state: 'unmanaged', reach: 'by-hand', repaired: false }),
    )
    const after = await reconcile('--apply', '--interrupt')
    expect(after.wrong).toContainEqual(expect.objectContaining({ subject: name, repaired: true }))
    expect(await must(['docker', 'inspect', '--format', '{{.State.Running}}', stranger])).toBe('true')
  } finally {
    await must(['docker', 'rm', '-f', stranger])
  }
  expect(await reconcile()).toEqual(ok)
})

test('files of the release that were changed are said; those Berth can write it writes, the others come with a deploy', async () => {
  const [tree = ''] = (await must(['sh', '-c', 'ls -d "$1"/apps/*/trees/*/content', 'sh', world.berth.home])).split(
    '\n',
  )
  await writeFile(join(tree, 'index.html'), 'forged')
  const [base = ''] = (await must(['sh', '-c', 'ls "$1"/apps/*/releases/*/base.json', 'sh', world.berth.home])).split(
    '\n',
  )
  await writeFile(base, '{}')
  const found = await reconcile('--apply')
  expect(found.wrong.map(({ problem, repaired }) => [problem, repaired])).toEqual([
    ["the release's copy of site was changed", false],
    ['base.json is not what Berth wrote', true],
  ])
  expect(found.exitCode).toBe(1)
  expect(await world.deploy()).toMatchObject({ unchanged: true })
  expect(await readFile(join(tree, 'index.html'), 'utf8')).toBe('v1')
  expect(await reconcile()).toEqual(ok)
  const events = await world.berth.ok(['events', '--json', '--type', 'app'])
  expect(events).toContain('"app.drifted"')
  expect(events).toContain('"app.repaired"')
})
