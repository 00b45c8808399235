import { beforeAll, expect, test } from 'vitest'
import type { Tailnet } from '../../src/core/ports/tailnet.ts'

/** A machine whose Tailscale is logged in, in a tailnet with at least one other node. */
export interface TailnetWorld {
  tailnet: Tailnet
  /** The same for a user who is neither root nor Tailscale's operator. */
  asNobody: Tailnet
  /** Turns Tailscale off, and on again. */
  turn(state: 'off' | 'on'): Promise<void>
}

/** What every Tailnet does, be it the real program's or the fake's. It leaves what is advertised as it was. */
export function tailnetContract(open: () => Promise<TailnetWorld>): void {
  let world: TailnetWorld
  beforeAll(async () => {
    world = await open()
  })

  test('nodes are known by their keys, to everybody', async () => {
    const { node, peers } = await world.asNobody.read()
    for (const one of [node, ...peers.map((peer) => peer.node)]) expect(one).toMatch(/^nodekey:[0-9a-f]{64}$/)
    expect(peers.length).toBeGreaterThan(0)
    expect(peers[0]).toMatchObject({
      name: expect.stringMatching(/^[a-z0-9-]+$/) as string,
      isOnline: true,
      routes: [],
    })
  })

  test('what is advertised is what was said, as a whole, and an exit node stays one', async () => {
    const { tailnet } = world
    const { advertised: before } = await tailnet.read()
    expect(before).toContain('0.0.0.0/0')
    await tailnet.advertise([...before, '10.254.0.0/16'])
    expect((await tailnet.read()).advertised.toSorted()).toEqual([...before, '10.254.0.0/16'].toSorted())
    await tailnet.advertise(before)
    expect((await tailnet.read()).advertised.toSorted()).toEqual(before.toSorted())
  })

  test('who is not root is told of the operator, and changes nothing', async () => {
    const { asNobody } = world
    const { advertised: before } = await asNobody.read()
    await expect(asNobody.advertise(['10.254.0.0/16'])).rejects.toMatchObject({ code: 'NEEDS_ROOT' })
    expect(await asNobody.admit('tailscale0', ['10.254.0.0/16'])).toBe(false)
    expect((await asNobody.read()).advertised).toEqual(before)
  })

  test('where it is turned off, that is said', async () => {
    await world.turn('off')
    await expect(world.tailnet.read()).rejects.toMatchObject({
      code: 'TAILSCALE_NOT_READY',
      message: 'Tailscale is turned off',
    })
    await world.turn('on')
  })
}
