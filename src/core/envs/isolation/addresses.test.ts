import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { moveAddresses, moveIpv6, offsetIn, upperHalf } from './addresses.ts'

test('an address keeps its place, one too far out takes the highest free place of the lower half', () => {
  const moved = moveAddresses(
    ['172.28.0.5', '172.28.200.9', '10.0.0.1', '172.28.0.15'],
    '172.28.0.0/16',
    '10.224.0.64/27',
  )
  expect(Object.fromEntries(moved)).toEqual({
    '172.28.0.5': '10.224.0.69',
    '172.28.0.15': '10.224.0.79',
    '172.28.200.9': '10.224.0.78',
    '10.0.0.1': '10.224.0.77',
  })
})

test('no two become one, none becomes the network or leaves the lower half', () => {
  const offsets = fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 14 })
  fc.assert(
    fc.property(offsets, (offsets) => {
      const addresses = offsets.map((offset) => `172.28.${Math.floor(offset / 256)}.${offset % 256}`)
      const moved = moveAddresses(addresses, '172.28.0.0/16', '10.224.0.64/27')
      expect([...moved.keys()]).toEqual(expect.arrayContaining(addresses))
      expect(new Set(moved.values()).size).toBe(addresses.length)
      for (const [from, to] of moved) {
        const offset = offsetIn(to, '10.224.0.64/27') ?? -1
        expect(offset).toBeGreaterThan(0)
        expect(offset).toBeLessThan(16)
        const original = offsetIn(from, '172.28.0.0/16') ?? -1
        if (original < 16) expect(offset).toBe(original)
        expect(ipaddr.IPv4.parse(to).match(ipaddr.IPv4.parseCIDR(upperHalf('10.224.0.64/27')))).toBe(false)
      }
    }),
  )
})

test('an IPv6 address keeps its last 64 bits', () => {
  expect(moveIpv6('2001:db8:1::53', 'fd12:3456:789a:1::/64')).toBe('fd12:3456:789a:1::53')
})
