import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { allocateBlock, prefixFor, splitBlock } from './subnets.ts'

const pool = '10.224.0.0/16'

function bounds(cidr: string): [number, number] {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  const start = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0)
  expect(start % 2 ** (32 - prefix)).toBe(0)
  return [start, start + 2 ** (32 - prefix)]
}

function overlap(a: string, b: string): boolean {
  const [[a0, a1], [b0, b1]] = [bounds(a), bounds(b)]
  return a0 < b1 && b0 < a1
}

const inside = (inner: string, outer: string) => {
  const [[a0, a1], [b0, b1]] = [bounds(inner), bounds(outer)]
  return a0 >= b0 && a1 <= b1
}

test('the first block is the first of the pool, and a freed one is used again', () => {
  expect(allocateBlock([], pool, 26)).toBe('10.224.0.0/26')
  expect(allocateBlock(['10.224.0.0/26', '10.224.0.64/26'], pool, 26)).toBe('10.224.0.128/26')
  expect(allocateBlock(['10.224.0.64/26'], pool, 26)).toBe('10.224.0.0/26')
})

test('networks that are not of the pool do not count, those that contain it do', () => {
  expect(allocateBlock(['172.17.0.0/16', 'fd00::/64', 'nonsense'], pool, 26)).toBe('10.224.0.0/26')
  expect(() => allocateBlock(['10.0.0.0/8'], pool, 26)).toThrow('no free /26 is left in 10.224.0.0/16')
})

test('a /16 holds 1,024 envs, and not one more', () => {
  const all = Array.from({ length: 1024 }, (_, at) => `10.224.${Math.floor(at / 4)}.${(at % 4) * 64}/26`)
  expect(allocateBlock(all.slice(0, -1), pool, 26)).toBe(all.at(-1))
  expect(() => allocateBlock(all, pool, 26)).toThrow(expect.objectContaining({ code: 'SUBNET_EXHAUSTED' }))
})

test('an allocated block lies in the pool and overlaps nothing taken', () => {
  const cidr = fc
    .tuple(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 20, max: 30 }))
    .map(([offset, prefix]) => {
      const start = Math.floor(offset / 2 ** (32 - prefix)) * 2 ** (32 - prefix)
      return `10.224.${Math.floor(start / 256)}.${start % 256}/${prefix}`
    })
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 40 }), fc.integer({ min: 22, max: 28 }), (taken, prefix) => {
      const block = allocateBlock(taken, pool, prefix)
      expect(inside(block, pool)).toBe(true)
      expect(taken.filter((other) => overlap(block, other))).toEqual([])
      expect(allocateBlock(taken, pool, prefix)).toBe(block)
    }),
  )
})

const needs = fc.uniqueArray(
  fc.record({ key: fc.stringMatching(/^[a-z]{1,6}$/), addresses: fc.integer({ min: 1, max: 60 }) }),
  { selector: ({ key }) => key, minLength: 1, maxLength: 12 },
)

test('subnets of a block are large enough, lie in it and do not overlap', () => {
  fc.assert(
    fc.property(needs, fc.integer({ min: 0, max: 3 }), (needs, spare) => {
      const block = allocateBlock([], pool, Math.min(prefixFor(needs), 28) - spare)
      const subnets = [...splitBlock(block, needs)]
      expect(subnets.map(([key]) => key)).toEqual(needs.map(({ key }) => key))
      for (const [index, [, subnet]] of subnets.entries()) {
        const [start, end] = bounds(subnet)
        expect(end - start).toBeGreaterThanOrEqual(needs[index]?.addresses ?? 0)
        expect(inside(subnet, block)).toBe(true)
        expect(subnets.filter(([, other]) => overlap(subnet, other))).toHaveLength(1)
      }
    }),
  )
})

test('networks that exist keep their subnet when others come', () => {
  fc.assert(
    fc.property(needs, (needs) => {
      const block = allocateBlock([], pool, prefixFor(needs) - 1)
      const before = splitBlock(block, needs)
      const more = [{ key: 'A-NEW', addresses: 8 }, ...needs]
      const after = splitBlock(allocateBlock([], pool, prefixFor(needs) - 2), more, Object.fromEntries(before))
      for (const [key, subnet] of before) expect(after.get(key)).toBe(subnet)
    }),
  )
})

test('networks that leave no room for a new one move', () => {
  const needs = [
    { key: 'a', addresses: 32 },
    { key: 'b', addresses: 8 },
  ]
  expect([...splitBlock('10.224.0.0/26', needs, { b: '10.224.0.16/29' })]).toEqual([
    ['a', '10.224.0.32/27'],
    ['b', '10.224.0.16/29'],
  ])
  expect([
    ...splitBlock('10.224.0.0/26', [{ key: 'c', addresses: 8 }, ...needs], {
      b: '10.224.0.16/29',
      c: '10.224.0.40/29',
    }),
  ]).toEqual([
    ['c', '10.224.0.40/29'],
    ['a', '10.224.0.0/27'],
    ['b', '10.224.0.32/29'],
  ])
})

test('a block that is too small says which size would do', () => {
  expect(() =>
    splitBlock('10.224.0.0/26', [
      { key: 'a', addresses: 60 },
      { key: 'b', addresses: 9 },
    ]),
  ).toThrow(expect.objectContaining({ code: 'SUBNET_EXHAUSTED', details: { block: '10.224.0.0/26', prefix: 25 } }))
})

test('a single network takes half of the block, and leaves half for those to come', () => {
  expect([...splitBlock('10.224.0.0/26', [{ key: 'default', addresses: 10 }])]).toEqual([['default', '10.224.0.0/27']])
})
