import { expect, test } from 'vitest'
import type { EngineContainer } from '../ports.ts'
import { addressesOf } from './addresses.ts'

const container = (id: string, more: Partial<EngineContainer>): EngineContainer => ({
  id,
  name: id,
  image: 'image',
  imageId: 'sha256:1',
  state: 'running',
  health: 'none',
  exitCode: null,
  labels: {},
  networks: {},
  networkOf: null,
  ports: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

const web = container('web', {
  networks: { front: { ipv4: '10.0.0.2', ipv6: 'fd00::2' }, back: { ipv4: '10.0.1.2', ipv6: '' } },
})
const side = container('side', { networkOf: 'web' })

test('a container has the addresses of all its networks', () => {
  expect(addressesOf([web], [web, side])).toEqual({ ipv4: ['10.0.0.2', '10.0.1.2'], ipv6: ['fd00::2'] })
})

test("one in another's networks is reached where that one is, and nowhere when that one is gone", () => {
  expect(addressesOf([side], [web, side])).toEqual(addressesOf([web], [web]))
  expect(addressesOf([side], [side])).toEqual({ ipv4: [], ipv6: [] })
})
