import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { remoteTransport } from '../../src/client/remote.ts'
import { post } from '../../src/client/request.ts'
import { machineSockets, socketPath } from '../../src/contract/home.ts'
import { sse } from '../../src/contract/wire.ts'
import { readEvents } from '../../src/lib/sse.ts'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { images } from '../support/images.ts'
import { type Lab, type LabHost, raiseLab } from '../support/lab.ts'
import { projectOn } from '../support/lab-project.ts'
import { must } from '../support/must.ts'

/** Healthy twelve seconds after its start: an up that something can befall. */
const slow = `services:
  web:
    image: ${images.busybox}
    command: ["sh", "-c", "sleep 12; touch /ok; exec sleep 100000"]
    healthcheck: { test: ["CMD", "test", "-e", "/ok"], interval: 1s, retries: 60 }
    init: true
    restart: always
`

let lab: Lab
let berth: TestBerth
const elsewhere = { cwd: tmpdir() }
beforeAll(async () => {
  lab = await raiseLab({ hosts: 2 })
  berth = await lab.openBerth()
  await Promise.all(lab.hosts.flatMap((host) => [projectOn(lab, host), ok('connect', host)]))
  await projectOn(lab, 'h1', { name: 'slow', text: slow })
  await ok('create', 'tea', '--from', '/root/shop', '--on', 'h1')
  await ok('up', 'tea', '--on', 'h1')
})
afterEach(() => lab.fault('heal', 'h1'))
afterAll(() => lab.close())

const run = (...args: string[]) => berth.run(args, elsewhere)
const ok = (...args: string[]) => berth.ok(args, elsewhere)
const connected = (host: string) =>
  eventually(async () => expect(await ok('machines')).toMatch(new RegExp(`${host} +connected`)))
/** Its page is written by its container, which an up does not wait for. */
const isServed = () =>
  eventually(async () =>
    expect(await ok('exec', 'tea', '--on', 'h1', '--', 'cat', '/www/index.html')).toContain('hello of'),
  )
/** Ends every SSH session a host has; one may end by itself meanwhile. */
const cutSessions = (host: LabHost) => lab.on(host, ['sh', '-c', 'kill $(pgrep -f "[s]shd: root") || true'])

test('cut off in the middle of an up: it is finished there, and no event is lost or comes twice', async () => {
  await ok('create', 'long', '--from', '/root/slow', '--on', 'h1')
  const notices: string[] = []
  const client = clientOf('h1', (text) => notices.push(text))
  const seen: unknown[] = []
  let cut: Promise<void> | undefined
  const onEvent = (event: unknown) => {
    seen.push(event)
    cut ??= lab.fault('partition', 'h1')
  }
  const upping = client.run('env.up', { env: { name: 'slow/long' } }, { onEvent })
  await eventually(() => expect(cut).toBeDefined())
  await cut
  await eventually(() => expect(notices.join()).toContain('h1 does not answer'))
  await eventually(async () => expect(await lastUp()).toMatchObject({ subject: 'slow/long' }))
  await lab.fault('heal', 'h1')
  expect((await upping).env).toMatchObject({ state: 'up' })
  const { socket } = machineSockets(berth.home, 'default', 'h1')
  const input = { operation: (await lastUp())?.operation, after: 0 }
  const all: { type: string }[] = []
  for await (const { event, data } of readEvents(await post(socket, 'operation.follow', input, { tolerant: true })))
    if (event === sse.progress) all.push(JSON.parse(data) as { type: string })
  expect(all.length).toBeGreaterThan(3)
  expect(seen).toEqual(all.filter(({ type }) => type !== 'started'))
})

/** The client the command line has, in this process. Its version is none: it does with what is near. */
function clientOf(name: string, onNotice: (text: string) => void) {
  const local = createClient({
    machine: 'local',
    open: (route, input, options) => post(socketPath(berth.home), route, input, { ...options, tolerant: true }),
  })
  const machine = { home: berth.home, context: 'default', name, agent: undefined }
  return createClient(remoteTransport(machine, local, { onNotice, signal: new AbortController().signal }))
}

/** The newest up of h1 that has ended, as berthd there tells it. */
async function lastUp(): Promise<{ operation: string } | undefined> {
  const lines = await lab.on('h1', ['/root/.berth/bin/berth', 'events', '--json', '--type', 'env.up'])
  return JSON.parse(lines.split('\n').at(-1) ?? '') as { operation: string }
}

test('berthd killed there: the next command starts it again', async () => {
  await lab.on('h1', ['sh', '-c', 'kill -9 $(pgrep -f [b]erthd.js)'])
  expect(await ok('exec', 'tea', '--on', 'h1', '--', 'echo', 'here')).toBe('here\n')
})

test('dockerd killed there: said so, and back with it', async () => {
  await lab.on('h1', ['sh', '-c', 'touch /run/docker.off; kill -9 $(cat /run/docker.pid)'])
  const refused = { exitCode: 1, stderr: expect.stringContaining('container engine') as string }
  await eventually(async () => expect(await run('up', 'tea', '--on', 'h1')).toMatchObject(refused))
  await lab.on('h1', ['rm', '/run/docker.off'])
  await eventually(() => ok('up', 'tea', '--on', 'h1'))
  await isServed()
})

test('rebooted: connected again by itself, and its envs with it; what ran in a terminal or a session is told', async () => {
  await ok('run', 'sleep', 'tea', '100000', '--detach', '--on', 'h1')
  const running = run('run', 'tea', '--no-up', '--on', 'h1', '--', 'sh', '-c', 'touch /root/runs; sleep 100000')
  await eventually(() => lab.on('h1', ['test', '-e', '/root/runs']))
  await lab.fault('reboot', 'h1')
  expect(await running).toMatchObject({ exitCode: 255 })
  await connected('h1')
  // SIGTERM and the end of its terminal come at once; one without an exit code may be starting, for its first five seconds
  const told = /shop\/tea +sleep +(exited \((129|143)\)|lost)/
  await eventually(async () => expect(await ok('sessions', '--on', 'h1')).toMatch(told))
  await eventually(() => ok('up', 'tea', '--on', 'h1'))
  await isServed()
})

test('powered off: a row at once, a command says so with exit code 6, and it comes back', async () => {
  await lab.fault('kill', 'h2')
  await eventually(async () => expect(await ok('ls')).toMatch(/h2 +no answer/))
  const { exitCode, stderr } = await run('up', 'tea', '--on', 'h2')
  expect(exitCode).toBe(6)
  expect(stderr).toMatch(/^error: h2 cannot be reached/m)
  await lab.fault('start', 'h2')
  await connected('h2')
  await eventually(async () => expect(await ok('ls', '--on', 'h2')).toContain('no envs yet'))
})

test('frozen: a row soon; thawed it goes on', async () => {
  await lab.fault('freeze', 'h2')
  const startedAt = performance.now()
  expect(await ok('ls')).toMatch(/h2 +no answer/)
  // two seconds on a quiet machine; of what it would wait for without an end of its own, far from all
  expect(performance.now() - startedAt).toBeLessThan(8000)
  await lab.fault('thaw', 'h2')
  await connected('h2')
})

test('200 ms and 5 % loss: slow, and right', async () => {
  await lab.fault('impair', 'h1', 'delay=100', 'loss=5')
  try {
    expect(await ok('up', 'tea', '--on', 'h1')).toContain('shop/tea is up')
    const numbers = await ok('exec', 'tea', '--on', 'h1', '--', 'seq', '20000')
    expect(numbers.trim().split('\n')).toHaveLength(20_000)
  } finally {
    await lab.fault('heal', 'h1')
  }
})

test('a laptop asleep: its berthd and connections stand still, and go on', async () => {
  const { pid } = await berth.data<{ pid: number }>(['daemon', 'status'])
  const { stderr } = await lab.laptop(['ssh', '-S', join(berth.home, 'machines', 'h1.ssh'), '-O', 'check', 'x'])
  const ssh = Number(/pid=(\d+)/.exec(stderr)?.[1])
  for (const each of [pid, ssh]) process.kill(each, 'SIGSTOP')
  // the host forgets the connection meanwhile, as a NAT or a reboot in between would
  await cutSessions('h1')
  for (const each of [pid, ssh]) process.kill(each, 'SIGCONT')
  await connected('h1')
  await isServed()
})

test('two laptops on one machine at once: each sees all, and neither is in the way', async () => {
  const other = await lab.openBerth()
  await other.ok(['connect', 'h1', '--name', 'big-box'], elsewhere)
  const made = await Promise.all([
    run('create', 'mine', '--from', '/root/shop', '--on', 'h1'),
    other.run(['create', 'theirs', '--from', '/root/shop', '--on', 'big-box'], elsewhere),
    other.run(['create', 'mine', '--from', '/root/shop', '--on', 'big-box'], elsewhere),
  ])
  expect(made.map(({ exitCode }) => String(exitCode)).toSorted()).toEqual(['0', '0', '4'])
  const names = (text: string) => text.split('\n').map((line) => line.split(' ')[0])
  expect(names(await ok('ls', '--quiet', '--on', 'h1'))).toEqual(
    names(await other.ok(['ls', '--quiet', '--on', 'big-box'], elsewhere)),
  )
  expect(await other.ok(['disconnect', 'big-box'], elsewhere)).toContain('disconnected')
  expect(await ok('ls', '--on', 'h1')).toContain('shop/mine')
})

test('one name on two machines: two envs, told apart by the machine', async () => {
  await ok('create', 'tea', '--from', '/root/shop', '--on', 'h2')
  await eventually(async () =>
    expect(await ok('ls', '--quiet')).toMatch(/shop\/tea --on h1\n(.*\n)*shop\/tea --on h2\n/),
  )
})

test('a clock one hour off there: everything works, and times are its own', async () => {
  await lab.fault('skew', 'h2', '+3600s')
  await lab.on('h2', ['sh', '-c', 'kill -9 $(pgrep -f [b]erthd.js)'])
  await cutSessions('h2')
  await connected('h2')
  await eventually(async () => expect(await ok('up', 'tea', '--on', 'h2')).toContain('is up'))
  await eventually(async () => expect(await ok('logs', 'tea', '--on', 'h2', '--since', '2h')).toContain('started'))
  await lab.fault('skew', 'h2', '0')
})

test('another SSH key there: said so until ours is let in again', async () => {
  const keys = await lab.on('h2', ['cat', '/root/.ssh/authorized_keys'])
  await lab.on('h2', ['sh', '-c', ': > /root/.ssh/authorized_keys'])
  await cutSessions('h2')
  await eventually(async () => expect((await run('machines')).stderr).toContain('h2 did not let us in'))
  expect((await run('ls', '--on', 'h2')).exitCode).toBe(6)
  await lab.on('h2', ['sh', '-c', 'cat > /root/.ssh/authorized_keys'], { input: `${keys}\n` })
  expect(await ok('ls', '--on', 'h2')).toContain('shop/tea')
})

test('another host key there: refused, with what to do about it', async () => {
  await lab.on('h2', [
    'sh',
    '-c',
    'cd /etc/ssh && rm ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key',
  ])
  await lab.on('h2', ['sh', '-c', 'kill -HUP $(cat /run/sshd.pid)'])
  await cutSessions('h2')
  await eventually(async () => expect((await run('ls', '--on', 'h2')).exitCode).toBe(4))
  const { stderr } = await run('ls', '--on', 'h2')
  expect(stderr).toMatch(/error: h2 shows another SSH host key.*\nhint: .*ssh-keygen -f \S+known_hosts -R h2/)
  await must(['ssh-keygen', '-f', join(lab.directory, 'known_hosts'), '-R', 'h2'])
  expect(await ok('connect', 'h2')).toContain('connected to h2')
})
