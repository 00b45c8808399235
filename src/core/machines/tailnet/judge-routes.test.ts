import { expect, test } from 'vitest'
import type { TailnetReading } from '../../ports/tailnet.ts'
import { judgeRoutes } from './judge-routes.ts'
import type { RoutesOffer } from './model.ts'

const key = (nth: number) => `nodekey:${String(nth).padStart(64, '0')}`
const pool = '10.225.0.0/16'
const limits = { tunnels: '10.223.0.0/16', machines: '10.224.0.0/11', taken: ['192.168.1.0/24', '10.224.0.0/16'] }
const peer = { node: key(2), name: 'big', isOnline: true, routes: [pool, '192.168.77.0/24'] }
const reading: TailnetReading = {
  node: key(1),
  device: 'tailscale0',
  acceptsRoutes: true,
  advertised: [],
  peers: [peer, { node: key(3), name: 'other', isOnline: true, routes: ['10.0.0.0/8'] }],
}
const judge = (offer: Partial<Record<keyof RoutesOffer, unknown>> = {}, more: Partial<TailnetReading> = {}) =>
  judgeRoutes(
    'big-box',
    { node: key(2), routes: [pool], isOpen: true, ...offer } as RoutesOffer,
    { ...reading, ...more },
    limits,
  )

test('what it says and the tailnet routes to it is reached so; that other nodes have wider routes is nothing', () => {
  expect(judge()).toEqual({ networks: [pool], problem: undefined })
})

test.each([
  ['a route the user advertises, of no env', '192.168.77.0/24'],
  ['what is in use here', '10.224.0.0/16'],
  ['everything', '0.0.0.0/0'],
  ['no network', '10.225.0.0/16 dev eth0'],
  ['an escape', '\u001b[2J'],
  ['no text', 7],
])('%s is not reached so', (_, route) => {
  const { networks, problem } = judge({ routes: [route] }, { peers: [{ ...peer, routes: [String(route)] }] })
  expect(networks).toEqual([])
  expect(problem?.code).toBe('TUNNEL_BLOCKED')
  expect(problem?.message).not.toContain('\u001b')
})

test('what the tailnet routes to another node is not reached so, whatever the machine says', () => {
  for (const route of [pool, '10.225.3.0/24'])
    expect(judge({}, { peers: [peer, { ...peer, node: key(3), routes: [route] }] }).networks).toEqual([])
})

test.each([
  ['no key', 'x'],
  ['a key with more behind it', `${key(2)}\n`],
  ['this very machine', key(1)],
])('a machine that says it is %s is refused', (_, node) => {
  expect(() => judge({ node })).toThrow(expect.objectContaining({ code: 'TUNNEL_REFUSED' }))
})

test('however much it says, it is judged at once', () => {
  const many = Array.from({ length: 200_000 }, (_, at) => `10.225.${at % 256}.0/24`)
  const others = Array.from({ length: 500 }, (_, at) => `10.226.${at % 256}.0/24`)
  const begun = performance.now()
  judge({ routes: many }, { peers: [peer, { ...peer, node: key(3), routes: others }] })
  expect(performance.now() - begun).toBeLessThan(1000)
})

test('one that is in no tailnet with this machine cannot be reached so', () => {
  expect(() => judge({ node: key(9) })).toThrow(expect.objectContaining({ code: 'TAILSCALE_NOT_READY' }))
})

test.each<[string, Partial<TailnetReading>, string[]]>([
  [
    'not approved',
    { peers: [{ ...peer, routes: [] }] },
    [`has not approved ${pool} of big-box`, `approve ${pool} of big`],
  ],
  ['not accepted', { acceptsRoutes: false }, ['does not accept routes', 'tailscale set --accept-routes']],
  [
    'neither',
    { acceptsRoutes: false, peers: [{ ...peer, routes: [] }] },
    ['has not approved', 'and Tailscale on this machine does not accept', `approve ${pool}`, '--accept-routes'],
  ],
  ['offline', { peers: [{ ...peer, isOnline: false }] }, ['big-box is offline']],
  ['without an interface', { device: null }, ['no network interface']],
])('while it is %s, that is said, and names go over SSH', (_, more, words) => {
  const { networks, problem } = judge({}, more)
  expect(networks).toEqual([])
  for (const word of words) expect(`${problem?.message}; ${problem?.hint}`).toContain(word)
})

test('what is approved is reached while the rest is not', () => {
  const { networks, problem } = judge({ routes: [pool, '10.226.0.0/16'] })
  expect(networks).toEqual([pool])
  expect(problem?.message).toContain('has not approved 10.226.0.0/16')
})
