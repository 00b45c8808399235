import { expect, test } from 'vitest'
import { createTestClock } from '../../../../tests/support/waiting-clock.ts'
import { AppError } from '../../errors.ts'
import type { TailnetReading } from '../../ports/tailnet.ts'
import type { MachineRecord } from '../model.ts'
import { createTailnetTunnels } from './keep-tailnet.ts'

const key = (nth: number) => `nodekey:${String(nth).padStart(64, '0')}`
const pool = '10.225.0.0/16'
const machine = { context: 'default', name: 'big-box', tunnel: 'tailscale', id: 'there', pool } as MachineRecord

/** A machine in the tailnet whose one service answers, unless told otherwise. */
function world() {
  const clock = createTestClock()
  const peer = { node: key(2), name: 'big', isOnline: true, routes: [pool] }
  const state = {
    reading: {
      node: key(1),
      device: 'tailscale0',
      acceptsRoutes: true,
      advertised: [],
      peers: [peer],
    } as TailnetReading,
    answers: true,
    isOpen: true,
    failure: undefined as AppError | undefined,
    asked: [] as string[],
    withdrawn: [] as string[],
  }
  const tunnels = createTailnetTunnels({
    tailnet: {
      read: async () => state.reading,
      answers: async (address) => {
        state.asked.push(address)
        return state.answers && address !== '10.225.0.3'
      },
    },
    links: { list: () => [{ machine, link: { state: 'connected', problem: null, version: null } }] },
    store: { envs: async () => [], machines: async () => [machine] },
    clock,
    homeId: 'here',
    ranges: { tunnels: '10.223.0.0/16', machines: '10.224.0.0/11' },
    routesBeside: async () => [],
    advertise: async () => {
      if (state.failure !== undefined) throw state.failure
      return { node: key(2), routes: [pool], isOpen: state.isOpen }
    },
    withdraw: async (_, name) => void state.withdrawn.push(name),
    servicesOf: async () => [
      { addresses: ['192.168.1.1'], ports: [80] },
      { addresses: ['10.225.0.2'], ports: [8000] },
      { addresses: ['10.225.0.3'], ports: [] },
    ],
    log: () => undefined,
  })
  /** As long as it takes for the way to have been looked at some times. */
  const keepFor = async (ms: number) => {
    const end = new AbortController()
    const until = clock.now().getTime() + ms
    const wait = clock.wait.bind(clock)
    clock.wait = async (pause, signal) => {
      await new Promise((resolve) => setImmediate(resolve))
      await wait(pause, signal)
      if (clock.now().getTime() >= until) end.abort()
    }
    await tunnels.keep(end.signal)
    clock.wait = wait
  }
  return { state, tunnels, keepFor }
}

test('where somebody there answers, names go that way; nobody is asked but what is in its networks', async () => {
  const { state, tunnels } = world()
  expect(await tunnels.settle(machine)).toEqual({ by: 'tailscale', networks: [pool], problem: null })
  expect(new Set(state.asked)).toEqual(new Set(['10.225.0.2', '10.225.0.3']))
})

test('where the firewall there is not ours to open, names lead that way to those who answer, and to no others', async () => {
  const { state, tunnels } = world()
  state.isOpen = false
  expect((await tunnels.settle(machine)).networks).toEqual(['10.225.0.2/32'])
})

test('where nobody answers from the first, names go over SSH, and by the tailnet once somebody does', async () => {
  const { state, tunnels, keepFor } = world()
  state.answers = false
  await expect(tunnels.settle(machine)).rejects.toThrow('nothing comes back from the envs of big-box')
  expect(tunnels.reach(machine)).toMatchObject({ by: 'ssh', networks: [], problem: { code: 'TUNNEL_BLOCKED' } })
  state.answers = true
  await keepFor(10_000)
  expect(tunnels.reach(machine)).toEqual({ by: 'tailscale', networks: [pool], problem: null })
})

test('one silence is not the end, some are, within seconds', async () => {
  const { state, tunnels, keepFor } = world()
  await tunnels.settle(machine)
  state.answers = false
  await keepFor(3000)
  expect(tunnels.reach(machine).by).toBe('tailscale')
  await keepFor(8000)
  expect(tunnels.reach(machine).by).toBe('ssh')
})

test('that berthd there does not answer for a while is no reason to go another way', async () => {
  const { state, tunnels, keepFor } = world()
  await tunnels.settle(machine)
  state.failure = new AppError('MACHINE_UNREACHABLE', 'big-box does not answer')
  await keepFor(40_000)
  expect(tunnels.reach(machine)).toMatchObject({ by: 'tailscale', problem: { code: 'MACHINE_UNREACHABLE' } })
  state.failure = new AppError('TAILSCALE_NOT_READY', 'big-box: Tailscale is logged out')
  await keepFor(40_000)
  expect(tunnels.reach(machine)).toMatchObject({ by: 'ssh', problem: { code: 'TAILSCALE_NOT_READY' } })
})

test('who does not accept routes is told at once, who waits for the tailnet after some seconds', async () => {
  const { state, tunnels } = world()
  const [peer] = state.reading.peers
  state.reading = { ...state.reading, peers: peer ? [{ ...peer, routes: [] }] : [] }
  await expect(tunnels.settle(machine)).rejects.toThrow('the tailnet has not approved')
  state.reading = { ...state.reading, acceptsRoutes: false }
  await expect(tunnels.settle(machine)).rejects.toThrow('does not accept routes')
})

test('let go of, it is told, and not looked at again while it is still connected', async () => {
  const { state, tunnels, keepFor } = world()
  await tunnels.settle(machine)
  await tunnels.drop(machine)
  expect(state.withdrawn).toEqual(['here default big-box'])
  await keepFor(40_000)
  expect(tunnels.reach(machine).by).toBe('ssh')
})
