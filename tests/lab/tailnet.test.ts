/** Names through Tailscale: a real control server, and the real program on the laptop and on a host. */
import { readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTailscale } from '../../src/adapters/tailscale/tailscale.ts'
import type { Host } from '../../src/core/ports.ts'
import { exec } from '../../src/lib/exec.ts'
import { tailnetContract } from '../contracts/tailnet.ts'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, type LabHost, raiseLab } from '../support/lab.ts'
import { getOnLaptop, lookUpOnLaptop } from '../support/lab-names.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { findTailnetPrograms, raiseTailnet, type Tailnet } from '../support/tailnet.ts'

const programs = findTailnetPrograms()
let lab: Lab
let tailnet: Tailnet
let berth: TestBerth
let project: TestProject
/** What the machine gives its envs addresses of, once it is connected. */
let pool: string

const compose = `services:
  web:
    image: berth/busybox:local
    command: [httpd, -f, -p, '8000', -h, /site]
    volumes: [./site:/site]
    expose: ['8000']
    stop_grace_period: 0s
  inner:
    image: berth/busybox:local
    command: [httpd, -f, -p, '8000', -h, /]
    networks: [closed]
    stop_grace_period: 0s
networks: { closed: { internal: true } }
`

/** A route the user of the machine advertises, of no concern to Berth. */
const users = '192.168.77.0/24'

const inShop = (...words: string[]) => berth.ok(words, { cwd: project.directory })
const connect = (...words: string[]) => berth.run(['connect', 'h1', '--name', 'big-box', ...words])

const lookUp = (service: string) => lookUpOnLaptop(lab, berth, service)
const get = (address: string) => getOnLaptop(lab, address)
const onLaptop = async (...argv: string[]) => (await lab.laptop(argv)).stdout

/** Forwards over SSH listen at addresses of their own. */
const forwards = async () =>
  (await onLaptop('ss', '-Hltn')).split('\n').filter((line) => /\s127\.(6[4-9]|[7-9]\d|1\d\d)\./.test(line))
const bytesThrough = async () => {
  const [link] = JSON.parse(await onLaptop('ip', '-json', '-stats', 'link', 'show', 'dev', 'tailscale0')) as {
    stats64: { rx: { bytes: number } }
  }[]
  return link?.stats64.rx.bytes ?? 0
}

const overTailscale = async () => {
  const web = await lookUp('web')
  expect(web).toMatch(new RegExp(`^${pool.split('.').slice(0, 2).join('[.]')}[.]`))
  expect(await get(web)).toBe('from over there\n')
}
/** The adapter, for the program on a host, as one of its users. */
function tailscaleOn(host: LabHost, uid: number) {
  const user = ['setpriv', `--reuid=${uid}`, '--clear-groups', '--']
  const run: Host['run'] = (argv, options) => exec([...lab.within.slice(0, -1), host, ...user, ...argv], options)
  return createTailscale({ host: { run }, homeId: 'contract', platform: 'linux', uid, user: 'nobody' })
}

/** While every SSH session on the machine hangs. */
async function withoutSsh(check: () => Promise<void>): Promise<void> {
  const signal = (name: string) => lab.on('h1', ['sh', '-c', `kill -${name} $(pgrep -f '^sshd: root')`])
  await signal('STOP')
  try {
    await check()
  } finally {
    await signal('CONT')
  }
}
const overSsh = async () => {
  expect(await lookUp('web')).toMatch(/^127\./)
  expect(await get(await lookUp('web'))).toBe('from over there\n')
}

const settings = async () =>
  JSON.parse(await tailnet.tailscale('h1', 'debug', 'prefs')) as { AdvertiseRoutes: string[] | null }
const rulesOfBerth = async () =>
  (await lab.on('h1', ['iptables-save'])).split('\n').filter((line) => line.includes('BERTH-ts'))

describe.skipIf(programs === undefined)('with a tailnet', () => {
  beforeAll(async () => {
    lab = await raiseLab({ hosts: 1 })
    project = await makeProject(
      { 'compose.yaml': compose, 'site/index.html': 'from over there\n' },
      { name: 'shop', git: false },
    )
    tailnet = await raiseTailnet(lab, programs as NonNullable<typeof programs>)
    await Promise.all([lab.loadImages('h1', ['berth/busybox:local']), tailnet.join('h1'), tailnet.join('laptop')])
    await tailnet.tailscale('h1', 'set', `--advertise-routes=${users}`, '--advertise-exit-node')
    berth = await lab.openBerth({ env: { PATH: `${tailnet.bin}:${process.env['PATH']}` } })
  })
  afterAll(async () => {
    await lab?.close()
    await project?.remove()
  })

  describe('its program', () =>
    tailnetContract(async () => ({
      tailnet: tailscaleOn('h1', 0),
      asNobody: tailscaleOn('h1', 65_534),
      turn: async (state) => void (await tailnet.tailscale('h1', state === 'off' ? 'down' : 'up')),
    })))

  test('while the tailnet has not approved the routes, names go over SSH, and what to do is said', async () => {
    const { exitCode, stderr } = await connect('--tunnel', 'tailscale')
    expect(exitCode).toBe(0)
    const { machines } = await berth.data<{ machines: { vitals: { pool: string } }[] }>(['machines'])
    pool = machines[1]?.vitals.pool ?? ''
    const approve = `approve ${pool} of h1 in the route settings of the tailnet's admin console`
    expect(stderr).toContain(
      `the tailnet has not approved ${pool} of big-box, and Tailscale on this machine does not accept routes`,
    )
    expect(stderr).toContain(approve)
    expect(stderr).toContain('type sudo tailscale set --accept-routes here')
    expect((await settings()).AdvertiseRoutes?.toSorted()).toEqual(['0.0.0.0/0', users, '::/0', pool].toSorted())
    await inShop('up', 'feat', '--on', 'big-box')
    await eventually(overSsh)
    const listed = await berth.run(['machines'])
    expect(listed.stdout).toContain('ssh, tailscale is down')
    expect(listed.stderr).toContain(approve)
    expect((await berth.run(['doctor'])).stdout).toContain(approve)
  })

  test("approved later, names lead to the containers' own addresses with no further command, and past SSH", async () => {
    await tailnet.tailscale('laptop', 'set', '--accept-routes')
    await tailnet.approve('h1', pool, users)
    await eventually(overTailscale)
    await eventually(async () => expect(await get(await lookUp('inner'))).toContain('404'))
    expect(await onLaptop('ip', 'route', 'get', await lookUp('web'))).toContain(' dev tailscale0 ')
    await eventually(async () => expect(await forwards()).toEqual([]))
    const before = await bytesThrough()
    await withoutSsh(overTailscale)
    expect(await bytesThrough()).toBeGreaterThan(before)
    const listed = await berth.run(['machines'])
    expect(listed.stdout).toMatch(/big-box +connected .* tailscale /)
    expect(listed.stderr).not.toContain('tailnet')
  })

  test('connecting again moves nothing, and a berthd that was killed, on either end, finds it as it was', async () => {
    expect((await connect()).stderr).not.toContain('get addresses of')
    await eventually(overTailscale)
    const { pid } = await berth.data<{ pid: number }>(['daemon', 'status'])
    process.kill(pid, 'SIGKILL')
    await lab.on('h1', ['sh', '-c', 'kill -9 $(pgrep -f [b]erthd.js)'])
    await inShop('machines')
    await eventually(overTailscale)
    expect((await settings()).AdvertiseRoutes).toHaveLength(4)
  })

  test('where Tailscale is turned off, names go over SSH, and come back by themselves', async () => {
    await tailnet.tailscale('laptop', 'down')
    await eventually(overSsh)
    expect((await berth.run(['machines'])).stderr).toContain('Tailscale is turned off; turn it on: tailscale up')
    await tailnet.tailscale('laptop', 'up')
    await eventually(overTailscale)
  })

  test('disconnecting takes back what is ours, and leaves what is the user’s', async () => {
    expect((await rulesOfBerth()).length).toBeGreaterThan(0)
    await inShop('disconnect', 'big-box')
    expect((await settings()).AdvertiseRoutes?.toSorted()).toEqual(['0.0.0.0/0', users, '::/0'].toSorted())
    expect(await rulesOfBerth()).toEqual([])
    await expect(stat(await lab.path('h1', '/root/.berth/tunnels'))).rejects.toThrow('ENOENT')
    expect(await onLaptop('ip', 'route', 'show', 'table', '52')).toContain(users)
  })

  test('what is missing is said, on either end, and nothing is left of the attempt', async () => {
    const refused = async (message: string, hint: string) => {
      const { exitCode, stderr } = await connect('--tunnel', 'tailscale')
      expect(stderr).toContain(`error: ${message}`)
      expect(stderr).toContain(`hint: ${hint}`)
      expect(exitCode).toBe(1)
      expect(await berth.ok(['machines', '--quiet'])).toBe('local\n')
    }
    await tailnet.tailscale('h1', 'down')
    await refused('big-box: Tailscale is turned off', 'turn it on: tailscale up')
    expect(await rulesOfBerth()).toEqual([])
    // its control server may hang up before it has answered
    await tailnet.tailscale('laptop', 'logout').catch(() => undefined)
    await eventually(() => refused('Tailscale is logged out', 'log in: tailscale up'))
    await tailnet.stopOnLaptop()
    await eventually(() => refused('Tailscale does not run', 'start tailscaled'))
    await rename(join(tailnet.bin, 'tailscale'), join(tailnet.bin, 'elsewhere'))
    await refused('Tailscale is not installed', 'install it and log in')
    expect(await readFile(join(berth.home, 'berthd.log'), 'utf8')).not.toContain('INTERNAL')
  })
})
