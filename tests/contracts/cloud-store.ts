import { expect, test } from 'vitest'
import type { CloudStore } from '../../src/core/ports.ts'
import type { CloudMachine } from '../../src/core/providers/model.ts'

/** What every CloudStore does, whatever it is made of. */
export function cloudStoreContract(open: () => CloudStore): void {
  test('machines come back by name, change as a whole, and can be removed', async () => {
    const store = open()
    await store.put(machine('b'))
    await store.put(machine('a'))
    await store.put({ ...machine('b'), serverId: '7' })
    expect(await store.machines()).toEqual([machine('a'), { ...machine('b'), serverId: '7' }])
    await store.remove('a')
    await store.remove('a')
    expect((await store.machines()).map(({ name }) => name)).toEqual(['b'])
  })
}

function machine(name: string): CloudMachine {
  const wanted = { type: 'cx22', region: null, image: 'debian-13', stopIdleSeconds: 60 }
  const found = { serverId: null, address: null, stoppedAt: null }
  return { name, provider: 'hetzner', mark: 'm', ...wanted, ...found, createdAt: '2026-01-01' }
}
