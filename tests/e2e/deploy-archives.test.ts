/** Servers of an app that no program of their image can dump: stopped for it, and put back for real. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopDaemon } from '../support/daemon.ts'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { type NatsClient, openNats } from '../support/nats-client.ts'

const compose = `
services:
  worker:
    image: ${images.busybox}
    command: sleep 100000
    init: true
`
const settings = `
[deploy]
app = "store"
drain = 0
bake = 0
[deploy.addons.bus]
pack = "nats"
image = "${images.nats}"
`

let world: DeployWorld

beforeAll(async () => {
  await ensureImages(['busybox', 'nats'])
  world = await openDeployWorld()
  await world.project.write('compose.yaml', compose)
  await world.project.write('berth.toml', settings)
  await world.deploy()
})
afterAll(() => world.close())

const run = (...args: string[]) => world.berth.run(args, { cwd: world.project.directory })
const server = async () => (await world.containers('bus'))[0] ?? ''
const inServer = async (...argv: string[]) => must(['docker', 'exec', await server(), ...argv])
const backups = () => world.berth.data<{ backups: { addon: string; name: string }[] }>(['app', 'backups', 'store'])

/** The server, as a client with the app's password; for as long as the work lasts. */
async function withClient<T>(work: (client: NatsClient) => Promise<T>): Promise<T> {
  const password = (await world.berth.ok(['secret', 'get', 'BUS_PASSWORD', '--app', 'store'])).trim()
  const format = '{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}'
  const [address = ''] = (await must(['docker', 'inspect', '--format', format, await server()])).split('\n')
  const client = await openNats(address, password)
  return work(client).finally(() => client.close())
}

const makeStream = (name: string) =>
  withClient((client) =>
    client.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [`${name}.*`], storage: 'file' }),
  )

const streams = async () =>
  (await withClient((client) => client.ask<{ streams: string[] | null }>('$JS.API.STREAM.NAMES'))).streams

/** What the stream of orders holds, and its last message. */
const orders = () =>
  withClient(async (client) => {
    const { state } = await client.ask<{ state: { messages: number; first_seq: number; last_seq: number } }>(
      '$JS.API.STREAM.INFO.orders',
    )
    const { message } = await client.ask<{ message: { data: string } }>('$JS.API.STREAM.MSG.GET.orders', {
      seq: state.last_seq,
    })
    return { ...state, last: Number(Buffer.from(message.data, 'base64')) }
  })

/** Publishes 1, 2, 3 … one after the other until the server goes; resolves to the last one that it has taken. */
const publishUntilGone = (onFirst: () => void) =>
  withClient(async (client) => {
    for (let number = 1; ; number++) {
      const answer = await client.ask<{ seq?: number }>('orders.new', number).catch(() => undefined)
      if (answer?.seq === undefined) return number - 1
      onFirst()
    }
  })

test('JetStream is dumped while somebody publishes, and comes back with each message the server has taken', async () => {
  await makeStream('orders')
  await inServer('sh', '-c', 'echo kept >/data/.hidden && chown 1234:1234 /data/.hidden && chmod 640 /data/.hidden')
  const begun = Promise.withResolvers<void>()
  const publishing = publishUntilGone(begun.resolve)
  await begun.promise
  expect((await run('app', 'backup', 'store')).stdout).toMatch(/^bus: .*\.dump \(it was stopped for .*s\)\n$/)
  const taken = await publishing
  const [dumped] = (await backups()).backups
  expect(dumped?.addon).toBe('bus')
  expect(await must(['sh', '-c', 'find "$1"/apps/*/backups -type f ! -perm 600', 'sh', world.berth.home])).toBe('')

  await withClient((client) => client.ask('$JS.API.STREAM.DELETE.orders'))
  await inServer('rm', '/data/.hidden')
  await makeStream('returns')
  expect(await streams()).toEqual(['returns'])
  await world.berth.ok(['app', 'restore', 'store', 'bus', '--yes'])
  expect(await streams()).toEqual(['orders'])
  const { messages, first_seq: first, last_seq: end, last } = await orders()
  expect([first, messages, last]).toEqual([1, end, end])
  // the last one may have been taken without anybody hearing of it
  expect([taken, taken + 1]).toContain(end)
  expect(await inServer('stat', '-c', '%u:%g %a', '/data/.hidden')).toBe('1234:1234 640')
})

test('what is no whole archive is refused, and nothing is touched', async () => {
  await world.berth.ok(['app', 'fetch', 'store', 'bus', '--to', 'bus.dump'], { cwd: world.project.directory })
  await must(['sh', '-c', 'head -c 1024 bus.dump >cut.dump && echo this is no dump >bad.dump'], {
    cwd: world.project.directory,
  })
  const before = await must(['docker', 'inspect', '--format', '{{.State.StartedAt}}', await server()])
  for (const file of ['cut.dump', 'bad.dump'])
    expect(await run('app', 'restore', 'store', 'bus', '--file', file, '--yes')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no whole archive'),
    })
  expect(await must(['docker', 'inspect', '--format', '{{.State.StartedAt}}', await server()])).toBe(before)
})

test('a server that a berthd was killed over is started by the next one, with all of its data', async () => {
  const id = await server()
  const [dumped] = (await backups()).backups
  const directory = await must(['sh', '-c', 'echo "$1"/apps/*/backups/bus', 'sh', world.berth.home])
  await stopDaemon(world.berth)
  await must(['docker', 'stop', '--time', '0', id])
  await must(['docker', 'cp', join(world.project.directory, 'compose.yaml'), `${id}:/data/half`])
  const note = { addon: { name: 'bus', archive: '/data' }, restore: join(directory, dumped?.name ?? '') }
  await must(['sh', '-c', 'printf %s "$1" >"$2"/stopped.json', 'sh', JSON.stringify(note), directory])
  await run('app', 'ls')
  await eventually(async () => {
    expect(await must(['sh', '-c', 'ls "$1" | grep -v dump', 'sh', directory]).catch(() => '')).toBe('')
    expect(await server()).not.toBe('')
    expect(await streams()).toEqual(['orders'])
  }, 40_000)
  expect(await inServer('ls', '-A', '/data')).toBe('.hidden\njetstream')
})
