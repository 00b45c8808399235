import { expect, test } from 'vitest'
import { buildZone, type Zone } from '../../src/core/names/zone.ts'
import type { ListenAddress, NameServer } from '../../src/core/ports/names.ts'

/** Addresses that name servers listen at. */
export interface NameServerWorld {
  /** One that is closed by whoever opened the world. */
  serve: (zone: Zone) => NameServer
  /** The IPv4 addresses a program is told of that asks there; the code its resolver gives it where there are none. */
  ask: (at: ListenAddress, name: string) => Promise<readonly string[] | string>
}

/** The names of an env of one service, `web`. */
export const zoneWith = (env: string, address: string): Zone =>
  buildZone(
    [
      {
        project: 'shop',
        env,
        createdAt: '2026-01-01T00:00:00Z',
        ingress: 'web',
        extraNames: [],
        services: [{ service: 'web', ipv4: [address], ipv6: [], ports: [80] }],
      },
    ],
    { suffix: 'test' },
  )

/** What every NameServer does, be it one of sockets or the fake. */
export function nameServerContract({ serve, ask }: NameServerWorld): void {
  const anyPort = { address: '127.0.0.1', port: 0 }

  test('answers wherever it listens, by the zone it was given last', async () => {
    const server = serve(zoneWith('tea', '10.224.0.2'))
    const places = [await server.listen(anyPort), await server.listen(anyPort)]
    expect(new Set(places.map(({ port }) => port)).size).toBe(2)
    for (const at of places) expect(await ask(at, 'web.tea.test')).toEqual(['10.224.0.2'])
    server.update(zoneWith('milk', '10.224.1.2'))
    for (const at of places) {
      expect(await ask(at, 'web.milk.test')).toEqual(['10.224.1.2'])
      expect(await ask(at, 'web.tea.test')).toBe('ENOTFOUND')
      expect(await ask(at, 'example.com')).toBe('EREFUSED')
    }
  })

  test('a port that another one holds is not taken, and that one goes on', async () => {
    const at = await serve(zoneWith('tea', '10.224.0.2')).listen(anyPort)
    await expect(serve(zoneWith('milk', '10.224.1.2')).listen(at)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    expect(await ask(at, 'web.tea.test')).toEqual(['10.224.0.2'])
  })

  test.each(['0.0.0.0', '::', '0::0', '', 'localhost'])('does not listen on "%s"', async (address) => {
    const server = serve(zoneWith('tea', '10.224.0.2'))
    await expect(server.listen({ address, port: 0 })).rejects.toMatchObject({ code: 'USAGE' })
  })
}
