import { expect, test } from 'vitest'
import type { ContextStore } from '../../src/core/ports.ts'

/** What every ContextStore does, whatever it is made of. */
export function contextStoreContract(open: () => ContextStore): void {
  test('contexts come back by name, each once, and can be removed', async () => {
    const store = open()
    await store.add({ name: 'oss', createdAt: '2026-01-02' })
    await store.add({ name: 'acme', createdAt: '2026-01-01' })
    await expect(store.add({ name: 'oss', createdAt: '2026-01-03' })).rejects.toMatchObject({ code: 'CONTEXT_EXISTS' })
    expect(await store.all()).toEqual([
      { name: 'acme', createdAt: '2026-01-01' },
      { name: 'oss', createdAt: '2026-01-02' },
    ])
    await store.remove('acme')
    await store.remove('acme')
    expect((await store.all()).map(({ name }) => name)).toEqual(['oss'])
  })
}
