import { expect, test } from 'vitest'
import { createFakeTailscale, type FakeTailscale, fakeNode, nodeKey } from '../../../tests/fakes/fake-tailscale.ts'
import { parseStatus } from './parse.ts'
import { createTailscale } from './tailscale.ts'

const open = (fake: FakeTailscale) =>
  createTailscale({
    host: fake.host,
    homeId: 'home',
    platform: 'linux',
    uid: fake.uid,
    user: 'ada',
    interfaces: () => ({ lo: [{ address: '127.0.0.1' }], tailscale0: [{ address: '100.64.0.1' }] }),
  })
const code = (wanted: string, message: string, hint = '') =>
  expect.objectContaining({
    code: wanted,
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining(hint) as string,
  }) as Error

test('it reads who is there, what is routed to them, and what this machine advertises', async () => {
  const fake = createFakeTailscale()
  fake.nodes.push(fakeNode(2, { PrimaryRoutes: ['10.225.0.0/16', '0.0.0.0/0', '::/0', 'fd00::/64'], Online: false }))
  fake.settings = { RouteAll: false, AdvertiseRoutes: ['192.168.1.0/24'], operator: null }
  expect(await open(fake).read()).toEqual({
    node: nodeKey(1),
    device: 'tailscale0',
    acceptsRoutes: false,
    advertised: ['192.168.1.0/24'],
    peers: [{ node: nodeKey(2), name: 'node2', isOnline: false, routes: ['10.225.0.0/16'] }],
  })
})

test('what other nodes say of themselves is shown only where it can be a name, and spoils nothing', () => {
  const evil = ['a\u001b[31mb', 'x\ny', '-rf', 'a b', '../..', '', '"; reboot', 'ünï', 7, null, ['x']]
  for (const name of evil) {
    const peer = {
      ...fakeNode(2),
      HostName: name,
      DNSName: name,
      PrimaryRoutes: name,
      TailscaleIPs: name,
      Online: name,
    }
    const { peers } = parseStatus(JSON.stringify({ BackendState: 'Running', Self: fakeNode(1), Peer: { k: peer } }))
    expect(peers).toEqual([{ node: nodeKey(2), name: '', isOnline: false, routes: [] }])
  }
})

test.each([
  ['no JSON', 'x'],
  ['an array', '[]'],
  ['nothing of it', '{}'],
  ['peers that are none', '{"BackendState":"Running","Peer":[7]}'],
])('%s is no status', (_, text) => {
  expect(() => parseStatus(text)).toThrow(code('TUNNEL_FAILED', 'tailscale status'))
})

test.each<[string, (fake: FakeTailscale) => unknown, Error]>([
  ['is not installed', (fake) => (fake.isInstalled = false), code('TOOL_MISSING', 'not installed', 'install it')],
  ['does not run', (fake) => (fake.runs = false), code('TAILSCALE_NOT_READY', 'does not run', 'start tailscaled')],
  ['is logged out', (fake) => (fake.state = 'NeedsLogin'), code('TAILSCALE_NOT_READY', 'logged out', 'tailscale up')],
  [
    'is logged out, which its control server was not told',
    (fake) => Object.assign(fake, { state: 'Stopped', settings: { ...fake.settings, LoggedOut: true } }),
    code('TAILSCALE_NOT_READY', 'logged out', 'tailscale up'),
  ],
  ['is off', (fake) => (fake.state = 'Stopped'), code('TAILSCALE_NOT_READY', 'turned off', 'tailscale up')],
  ['waits', (fake) => (fake.state = 'NeedsMachineAuth'), code('TAILSCALE_NOT_READY', 'waits to be approved')],
  ['begins', (fake) => (fake.state = 'Starting'), code('TAILSCALE_NOT_READY', 'not ready yet')],
])('where it %s, that is said', async (_, change, error) => {
  const fake = createFakeTailscale()
  change(fake)
  await expect(open(fake).read()).rejects.toEqual(error)
})

test('an exit node stays one, and is in no list that is set', async () => {
  const fake = createFakeTailscale()
  fake.settings.AdvertiseRoutes = ['0.0.0.0/0', '::/0']
  await open(fake).advertise(['0.0.0.0/0', '::/0', '10.225.0.0/16'])
  expect(fake.ran).toEqual([['tailscale', 'set', '--advertise-routes=10.225.0.0/16']])
  await open(fake).advertise(['0.0.0.0/0', '::/0'])
  expect(fake.settings.AdvertiseRoutes).toEqual(['0.0.0.0/0', '::/0'])
})

test('who is not root needs to be the operator or sudo, and is told how', async () => {
  const fake = createFakeTailscale()
  fake.uid = 1000
  const advertise = () => open(fake).advertise(['10.225.0.0/16'])
  await expect(advertise()).rejects.toEqual(code('NEEDS_ROOT', 'operator', 'sudo tailscale set --operator=ada'))
  fake.hasSudo = true
  await advertise()
  expect(fake.settings.AdvertiseRoutes).toEqual(['10.225.0.0/16'])
  Object.assign(fake, { hasSudo: false, settings: { ...fake.settings, operator: 1000 } })
  await open(fake).advertise([])
  expect(fake.settings.AdvertiseRoutes).toEqual([])
})

test('the firewall lets in what comes from the tailnet to these networks, and forgets it again', async () => {
  const fake = createFakeTailscale()
  await open(fake).admit('tailscale0', ['10.225.0.0/16'])
  const [text = ''] = fake.restored
  const rules = text.split('\n').filter((line) => /^-[AI] /.test(line))
  expect(rules).toHaveLength(4)
  for (const rule of rules)
    expect(rule).toMatch(/ -[ds] 10\.225\.0\.0\/16 .*--comment BERTH-ts-[0-9a-f]{10} -j (ACCEPT|MASQUERADE)$/)
  expect(rules.filter((rule) => rule.startsWith('-I DOCKER-USER 1 '))).toHaveLength(2)
  // as the kernel says them afterwards, among somebody else's
  fake.saved = `*filter\n:FORWARD DROP [0:0]\n-A FORWARD -j DROP\n${rules.slice(0, 2).join('\n').replaceAll('-I DOCKER-USER 1', '-A DOCKER-USER')}\nCOMMIT\n`
  await open(fake).admit(null, [])
  expect(fake.restored[1]?.match(/^-D .*$/gm)).toHaveLength(2)
  expect(fake.restored[1]).not.toMatch(/^-[AI]|FORWARD -j DROP/m)
})

test('without root the firewall is left alone', async () => {
  const fake = createFakeTailscale()
  fake.uid = 1000
  expect(await open(fake).admit('tailscale0', ['10.225.0.0/16'])).toBe(false)
  expect(fake.restored).toEqual([])
})
