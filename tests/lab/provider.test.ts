/** `berth machine create` and `destroy`: a provider of one's own, whose server is a real host of the lab. */
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { callApi } from '../support/api.ts'
import type { TestBerth } from '../support/berth.ts'
import { stopDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { type HetznerStandIn, raiseHetzner } from '../support/hetzner-stand-in.ts'
import { type Lab, raiseLab } from '../support/lab.ts'

let lab: Lab
let hetzner: HetznerStandIn
let berth: TestBerth
const ended = new AbortController()
const socket = () => join(lab.directory, 'hetzner.sock')

/** One server for all: what a test rents, it rents from a provider of its own, for a home of its own. */
beforeAll(async () => {
  lab = await raiseLab({ hosts: 1 })
  // the laptop shares our files, not our network
  const relay = `require('net').createServer((here)=>{const there=require('net').connect(process.argv[1]);here.pipe(there).pipe(here);for(const s of [here,there])s.on('error',()=>{here.destroy();there.destroy()})}).listen(18080,'127.0.0.1')`
  void lab.laptop([process.execPath, '-e', relay, socket()], { signal: ended.signal })
  await eventually(async () => {
    const { exitCode, stderr } = await lab.laptop(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/18080'])
    expect(exitCode, stderr).toBe(0)
  })
})
beforeEach(async () => {
  hetzner = await raiseHetzner({ address: '10.77.0.11', socket: socket() })
  berth = await lab.openBerth({ env: { HCLOUD_TOKEN: hetzner.token } })
  await writeFile(join(berth.home, 'config.toml'), '[hetzner]\nendpoint = "http://127.0.0.1:18080/v1"\n')
})
afterEach(async () => {
  await berth.close()
  await hetzner.close()
})
afterAll(async () => {
  ended.abort()
  await lab.close()
})

const create = () => {
  const key = ['--ssh-key', join(lab.directory, 'key.pub')]
  return ['machine', 'create', 'big-box', '--type', 'cx22', '--region', 'nbg1', ...key]
}

test('a machine is rented, reached, used and given back', async () => {
  hetzner.slow(2)
  const said = await berth.ok(create())
  expect(said).toMatch(/^big-box is a cx22 in nbg1 at 10\.77\.0\.11: .*, connected/)
  const [server] = [...hetzner.servers.values()]
  expect(server).toMatchObject({
    name: 'big-box',
    type: 'cx22',
    location: 'nbg1',
    image: 'debian-13',
    status: 'running',
  })
  expect(server?.userData).toContain('tmux')
  expect([...hetzner.keys.values()][0]?.publicKey).toBe((await readFile(join(lab.directory, 'key.pub'), 'utf8')).trim())
  expect(await berth.ok(['ls', '--on', 'big-box'])).toContain('no envs yet')
  // the same again finds it, and makes no other
  await berth.ok(create())
  expect(hetzner.servers.size).toBe(1)
  const refused = await berth.run(['machine', 'destroy', 'big-box'])
  expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining('add --yes') as string])
  expect(hetzner.servers.size).toBe(1)
  expect(await berth.ok(['machine', 'destroy', 'big-box', '--yes'])).toBe(
    'big-box is gone, and costs nothing from now on\n',
  )
  expect(hetzner.servers.size).toBe(0)
  expect((await berth.run(['ls', '--on', 'big-box'])).exitCode).toBe(6)
  expect((await berth.run(['machine', 'destroy', 'big-box', '--yes'])).exitCode).toBe(3)
})

test('what the provider refuses leaves nothing; what was cut off is gone on with', async () => {
  const refused = await berth.run([...create(), '--image', 'windows'])
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining('error: Hetzner: image: image not found') as string,
  ])
  expect((await berth.run(['machine', 'destroy', 'big-box', '--yes'])).exitCode).toBe(3)
  // the answer to the making is lost, and so is everything after it
  hetzner.lose('POST /servers')
  hetzner.fail(0, 503, 'server_error')
  await berth.ok(create())
  expect(hetzner.requests.filter((name) => name === 'POST /servers')).toHaveLength(2)
  expect(hetzner.servers.size).toBe(1)
})

test('the token is in no file, no log and no list of processes, and one that others may read is not used', async () => {
  await berth.ok(create())
  for (const file of ['state.db', 'state.db-wal', 'berthd.log'])
    expect(await readFile(join(berth.home, file), 'latin1')).not.toContain(hetzner.token)
  await stopDaemon(berth)
  const { HCLOUD_TOKEN: _, ...env } = berth.env
  Object.assign(berth.env, { HCLOUD_TOKEN: undefined })
  delete (berth.env as { HCLOUD_TOKEN?: string }).HCLOUD_TOKEN
  expect(env).not.toHaveProperty('HCLOUD_TOKEN')
  const missing = await berth.run(['machine', 'destroy', 'big-box', '--yes'])
  expect(missing.stderr).toContain('hint: set HCLOUD_TOKEN, or write it to ~/.berth/hetzner.token (mode 0600)')
  const kept = join(berth.home, 'hetzner.token')
  await writeFile(kept, `${hetzner.token}\n`, { mode: 0o644 })
  expect((await berth.run(['machine', 'destroy', 'big-box', '--yes'])).stderr).toContain('is open to others')
  await chmod(kept, 0o600)
  await berth.ok(['machine', 'destroy', 'big-box', '--yes'])
  expect(hetzner.servers.size).toBe(0)
})

test('one that idles is stopped, and started again', async () => {
  await writeFile(join(berth.home, 'hetzner.token'), `${hetzner.token}\n`, { mode: 0o600 })
  await berth.ok(['ls'])
  // shorter than the command line takes it
  const publicKey = (await readFile(join(lab.directory, 'key.pub'), 'utf8')).trim()
  const wish = { name: 'big-box', type: 'cx22', region: 'nbg1', publicKey, stopIdleSeconds: 2 }
  const { body } = await callApi(berth, 'machine.create', wish)
  expect(body).toContain('event: result')
  const [server] = [...hetzner.servers.values()]
  await eventually(() => expect(server?.status).toBe('off'))
  expect(await berth.ok(['machine', 'start', 'big-box'])).toContain('big-box is starting')
  expect(server?.status).toBe('running')
})
