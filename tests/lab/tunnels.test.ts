import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, type LabHost, raiseLab } from '../support/lab.ts'
import { getOnLaptop, lookUpOnLaptop } from '../support/lab-names.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { removeDirectory } from '../support/remove-directory.ts'
import { temporaryPrefix } from '../support/temporary.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
let lab: Lab
let berth: TestBerth
let project: TestProject
let shop: string

/** One service for TCP, one for UDP (with the host's own socat), one in a network that has no way out. */
const compose = `services:
  web:
    image: berth/busybox:local
    command: [httpd, -f, -p, '8000', -h, /site]
    volumes: [./site:/site]
    expose: ['8000']
    restart: always
    stop_grace_period: 0s
  echo:
    image: berth/busybox:local
    command: [/usr/bin/socat, 'UDP4-LISTEN:9000,fork', 'EXEC:/bin/cat']
    volumes: ['/usr:/usr:ro', '/lib64:/lib64:ro']
    restart: always
    stop_grace_period: 0s
  inner:
    image: berth/busybox:local
    command: [httpd, -f, -p, '8000', -h, /]
    networks: [closed]
    restart: always
    stop_grace_period: 0s
networks: { closed: { internal: true } }
`

beforeAll(async () => {
  lab = await raiseLab({ hosts: 2 })
  await lab.loadImages('h1', ['berth/busybox:local'])
  berth = await lab.openBerth()
  project = await makeProject(
    { 'compose.yaml': compose, 'site/index.html': 'from over there\n' },
    { name: 'shop', git: false },
  )
  shop = project.directory
})
afterAll(async () => {
  await lab.close()
  await project?.remove()
})

const inShop = (...words: string[]) => berth.ok(words, { cwd: shop })

const lookUp = (service: string) => lookUpOnLaptop(lab, berth, service)
const get = (address: string) => getOnLaptop(lab, address)

/** What of Berth's a network namespace holds: interfaces, routes into them, firewall rules. */
const traces = ['sh', '-c', 'ip -o link; ip route; iptables-save']
const berthsIn = (text: string) => text.split('\n').filter((line) => /berth/i.test(line))
const onLaptop = async () => berthsIn((await lab.laptop(traces)).stdout)
const onHost = async (host: LabHost) => berthsIn(await lab.on(host, traces))

const overTunnel = async () => {
  expect(await lookUp('web')).toMatch(/^10\.2\d\d\./)
  expect(await get(await lookUp('web'))).toBe('from over there\n')
}
const overSsh = async () => {
  expect(await lookUp('web')).toMatch(/^127\./)
  expect(await get(await lookUp('web'))).toBe('from over there\n')
}

test("names lead to the containers' own addresses: any port, UDP too, internal networks too", async () => {
  await inShop('connect', 'h1', '--name', 'big-box', '--tunnel', 'wireguard')
  await inShop('up', 'feat', '--on', 'big-box')
  await eventually(overTunnel)
  const asked = await lab.laptop(['socat', '-t', '3', '-', `UDP:${await lookUp('echo')}:9000`], { input: 'any port\n' })
  expect(asked.stdout).toBe('any port\n')
  expect(await get(await lookUp('inner'))).toContain('404')
  expect(await inShop('machines')).toMatch(/big-box +connected .* wireguard /)
})

test('what is routed there is its envs, and nothing of this machine can be reached from there', async () => {
  const routes = (await onLaptop()).filter((line) => line.includes('scope link'))
  expect(routes).toHaveLength(2)
  const [machine = '', own = ''] = /^(10\.223\S+) .* src (10\.223\S+)/m.exec(routes.join('\n'))?.slice(1) ?? []
  const server = ['socat', '-T', '3', 'TCP-LISTEN:7701,reuseaddr,fork', 'SYSTEM:echo reached']
  const ended = new AbortController()
  const listening = lab.laptop(server, { signal: ended.signal })
  const ask = (address: string) => [
    'sh',
    '-c',
    `socat -T 1 - TCP:${address}:7701,connect-timeout=1 </dev/null || echo none`,
  ]
  expect(await lab.on('h1', ask(own))).toBe('none')
  await eventually(async () => expect(await lab.on('h1', ask('10.77.0.1'))).toBe('reached'))
  ended.abort()
  await listening
  const ssh = await lab.laptop(['socat', '-T', '1', '-', `TCP:${machine}:22,connect-timeout=1`])
  expect(ssh.exitCode).not.toBe(0)
})

test('private keys are on one end each, for their user alone, and in no log', async () => {
  const key = async (file: string) => (await must(['sh', '-c', `cat ${file}`])).trim()
  const [here, there] = [join(berth.home, 'tunnels'), await lab.path('h1', '/root/.berth/tunnels')]
  const keys = [await key(`${here}/*.key`), await key(`${there}/*.key`)]
  expect(new Set(keys).size).toBe(2)
  for (const directory of [here, there]) expect(((await stat(directory)).mode & 0o777).toString(8)).toBe('700')
  expect((await must(['sh', '-c', `stat -c %a ${here}/*.key ${there}/*.key`])).split('\n')).toEqual(['600', '600'])
  const logs = await must(['cat', join(berth.home, 'berthd.log'), join(there, '..', 'berthd.log')])
  for (const secret of keys) expect(logs).not.toContain(secret)
})

test('where UDP is eaten, names go over SSH, and come back to the tunnel by themselves', async () => {
  const rule = ['INPUT', '-p', 'udp', '--dport', '51820', '-j', 'DROP']
  await lab.on('h1', ['iptables', '-I', ...rule])
  await eventually(overSsh)
  const { stdout, stderr } = await berth.run(['machines'])
  expect(stdout).toContain('ssh, wireguard is down')
  expect(stderr).toContain('let UDP port 51820 of big-box in through its firewall')
  await lab.on('h1', ['iptables', '-D', ...rule])
  await eventually(overTunnel)
})

/** An address of a /16. */
const inPool = (pool: string) => new RegExp(`^${pool.split('.').slice(0, 2).join('[.]')}[.]`)

/** Of each machine; all of them answer in the end. */
const poolsNow = () =>
  eventually(async () => {
    const { machines } = await berth.data<{ machines: { vitals: { pool: string } }[] }>(['machines'])
    return machines.map(({ vitals }) => vitals.pool)
  })

test('no two machines give the same addresses to their envs: the one that comes last makes room', async () => {
  expect(await inShop('connect', 'h2')).toContain('connected to h2')
  const [own, ...others] = await poolsNow()
  expect(own).toBe('10.224.0.0/16')
  expect(new Set([own, ...others]).size).toBe(3)
  expect(await inShop('machine', 'check', 'big-box')).toContain(`its envs get addresses of ${others[0]}`)
})

test('another laptop on the same machine has its own, and goes without taking the first one along', async () => {
  const other = (...words: string[]) =>
    lab.on('h2', [
      'env',
      'BERTH_HOME=/root/laptop',
      'BERTH_SSH_CONFIG=/root/lab.conf',
      '/root/.berth/bin/berth',
      ...words,
    ])
  await lab.on('h2', ['sh', '-c', 'cat >/root/key && chmod 600 /root/key'], {
    input: await must(['cat', join(lab.directory, 'key')]).then((text) => `${text}\n`),
  })
  const config = 'Host *\n User root\n IdentityFile /root/key\n StrictHostKeyChecking accept-new\n'
  await lab.on('h2', ['sh', '-c', 'cat >/root/lab.conf'], { input: config })
  const [, pool = ''] = await poolsNow()
  await lab.on('h2', ['mkdir', '-p', '/root/laptop'])
  await lab.on('h2', ['sh', '-c', 'cat >/root/laptop/config.toml'], { input: `[network]\npool = "${pool}"\n` })
  const doctor = await berth.run(['doctor'])
  expect(doctor.stdout).not.toContain('addresses of 10.')
  await other('connect', '10.77.0.11', '--name', 'big-box', '--tunnel', 'wireguard')
  const web = await lookUp('web')
  const ask = ['curl', '--silent', '--max-time', '3', `http://${web}:8000/`]
  await eventually(async () => expect(await lab.on('h2', ask)).toBe('from over there'))
  await eventually(overTunnel)
  await other('disconnect', 'big-box')
  expect(await onHost('h2')).toEqual([])
  await eventually(overTunnel)
  // its pool was that of the machine: what is made there from now on has other addresses, what is there once it is down
  const [, moved = ''] = await poolsNow()
  expect(moved).not.toBe(pool)
  expect(web).toMatch(inPool(pool))
  await inShop('down', 'feat', '--on', 'big-box')
  await inShop('up', 'feat', '--on', 'big-box')
  await eventually(async () => expect(await lookUp('web')).toMatch(inPool(moved)))
  await eventually(overTunnel)
})

test('it is back after a partition, after berthd was killed on either end, and after a reboot', async () => {
  await lab.fault('partition', 'h1')
  await eventually(async () => expect(await lookUp('web')).toBe(''))
  await lab.fault('heal', 'h1')
  await eventually(overTunnel)
  await lab.on('h1', ['sh', '-c', 'kill -9 $(pgrep -f [b]erthd.js)'])
  const { pid } = await berth.data<{ pid: number }>(['daemon', 'status'])
  process.kill(pid, 'SIGKILL')
  await inShop('machines')
  await eventually(overTunnel)
  await lab.fault('reboot', 'h1')
  await eventually(overTunnel)
})

test('who is not root is told what to do, on either end, and nothing is left of the attempt', async () => {
  await lab.on('h1', ['sh', '-c', 'useradd -m -s /bin/sh -p x dev; cp -r /root/.ssh /home/dev; chown -R dev /home/dev'])
  const there = await berth.run(['connect', 'dev@h1', '--name', 'theirs', '--tunnel', 'wireguard'])
  expect(there.exitCode).toBe(1)
  expect(there.stderr).toContain('theirs: a WireGuard tunnel needs root')
  expect(there.stderr).toContain('without --tunnel names work over SSH')
  expect(await berth.ok(['machines', '--quiet'])).toBe('local\nbig-box\nh2\n')
  const home = await mkdtemp(join(tmpdir(), `${temporaryPrefix}nobody-`))
  await must(['chown', 'nobody', home])
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', `BERTH_HOME=${home}`, program]
  const here = await lab.laptop([...nobody, 'connect', 'h1', '--tunnel', 'wireguard'], { env: { HOME: home } })
  expect(here.stderr).toContain('error: a WireGuard tunnel needs root')
  await lab.laptop([...nobody, 'daemon', 'stop'])
  await removeDirectory(home)
})

test('connecting again without the tunnel, and disconnecting, leave nothing of it on either end', async () => {
  await inShop('connect', 'h1', '--name', 'big-box', '--tunnel', 'ssh')
  await eventually(overSsh)
  expect([await onLaptop(), await onHost('h1')]).toEqual([[], []])
  await inShop('connect', 'h1', '--name', 'big-box', '--tunnel', 'wireguard')
  await eventually(overTunnel)
  await inShop('disconnect', 'big-box')
  expect([await onLaptop(), await onHost('h1')]).toEqual([[], []])
  await expect(stat(join(berth.home, 'tunnels'))).rejects.toThrow('ENOENT')
  await expect(stat(await lab.path('h1', '/root/.berth/tunnels'))).rejects.toThrow('ENOENT')
})
