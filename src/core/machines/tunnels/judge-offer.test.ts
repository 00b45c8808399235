import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { overlap } from '../../envs/overlap.ts'
import { judgeNetworks, judgeOffer } from './judge-offer.ts'
import type { TunnelOffer } from './model.ts'

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64')
const request = { publicKey: key(1), addresses: ['10.223.0.9', '10.223.4.4'] }
const limits = {
  tunnels: '10.223.0.0/16',
  machines: '10.224.0.0/11',
  taken: ['192.168.1.0/24', '10.224.0.0/26', '10.230.0.0/16', '10.223.7.0/24'],
}
const offer: TunnelOffer = {
  publicKey: key(2),
  port: 51_820,
  address: '10.223.1.1',
  echoPort: 40_000,
  peerAddress: '10.223.4.4',
  networks: ['10.225.0.0/26', '10.225.0.64/26'],
}

test('an offer of envs that nobody else has is taken as it is', () => {
  expect(judgeOffer(offer, request, limits)).toEqual({ ...offer, refused: [] })
})

test.each([
  ['everything', '0.0.0.0/0'],
  ['half of everything', '0.0.0.0/1'],
  ['all there may be at once', '10.224.0.0/11'],
  ['the network this machine is in', '192.168.1.0/24'],
  ['one host of it', '192.168.1.1/32'],
  ['an env of this machine', '10.224.0.0/26'],
  ['what holds one', '10.224.0.0/24'],
  ['what another tunnel leads to', '10.230.3.0/26'],
  ['the tunnels themselves', '10.223.0.0/24'],
  ['private, and of somebody else', '10.1.0.0/16'],
  ['a public address', '1.1.1.1/32'],
  ['loopback', '127.0.0.0/26'],
  ['not its first address', '10.225.0.1/26'],
  ['octal', '10.0345.0.0/26'],
  ['IPv6', '::/0'],
  ['two words', '10.225.0.0/26 dev eth0'],
  ['a line of its own', '10.225.0.0/26\nroute add default dev lo'],
  ['an option', '--help'],
  ['no text', 7 as unknown as string],
])('a machine cannot have %s routed to it', (_, network) => {
  const judged = judgeNetworks([network], limits)
  expect(judged.networks).toEqual([])
  expect(judged.refused).toHaveLength(1)
})

test('of two that overlap only the first is taken, and no more than any machine has', () => {
  expect(judgeNetworks(['10.225.0.0/24', '10.225.0.64/26'], limits).networks).toEqual(['10.225.0.0/24'])
  const many = Array.from({ length: 5000 }, (_, at) => `10.225.${Math.floor(at / 64) % 256}.${(at % 64) * 4}/30`)
  expect(judgeNetworks(many, limits).networks.length).toBeLessThanOrEqual(1100)
  expect(judgeNetworks('10.225.0.0/26', limits).networks).toEqual([])
})

test('whatever is said, what is routed lies in the range and on nobody else', () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
    fc
      .tuple(fc.integer({ min: 220, max: 256 }), fc.nat(255), fc.integer({ min: 8, max: 32 }))
      .map(([second, third, prefix]) => `10.${second}.${third}.0/${prefix}`),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (networks) => {
      const { networks: accepted, refused } = judgeNetworks(networks, limits)
      expect(accepted.length + refused.length).toBe(networks.length)
      for (const [at, one] of accepted.entries()) {
        expect(ipaddr.IPv4.parseCIDR(one)[0].match(ipaddr.IPv4.parseCIDR(limits.machines))).toBe(true)
        expect([...limits.taken, ...accepted.slice(at + 1)].some((other) => overlap(one, other))).toBe(false)
      }
    }),
  )
})

test.each<[string, Partial<Record<keyof TunnelOffer, unknown>>]>([
  ['our own key', { publicKey: request.publicKey }],
  ['a key that is none', { publicKey: 'x' }],
  ['a key with words behind it', { publicKey: `${key(2)} endpoint 1.2.3.4:5` }],
  ['a port that is none', { port: 0 }],
  ['a port as text', { port: '51820' }],
  ['an echo beyond all ports', { echoPort: 70_000 }],
  ['an address we did not offer to have', { peerAddress: '10.223.0.10' }],
  ['an address of its own outside the range', { address: '192.168.1.1' }],
  ['one that is taken here', { address: '10.223.7.7' }],
  ['one that is ours', { address: '10.223.4.4' }],
  ['one that is no address', { address: '10.223.1.1/8' }],
])('an offer with %s is refused', (_, change) => {
  expect(() => judgeOffer({ ...offer, ...change } as TunnelOffer, request, limits)).toThrow(
    expect.objectContaining({ code: 'TUNNEL_REFUSED' }),
  )
})
