import { expect, test } from 'vitest'
import type { WebhookStore } from '../../src/core/ports.ts'
import type { WebhookRecord } from '../../src/core/webhooks/model.ts'

/** What every WebhookStore does, whatever it is made of. */
export function webhookStoreContract(open: () => WebhookStore): void {
  test('webhooks come back in the order they were made, change as a whole, and can be removed', async () => {
    const store = open()
    await store.put(webhook('b', '2026-01-01'))
    await store.put(webhook('a', '2026-01-02'))
    await store.put({ ...webhook('b', '2026-01-01'), seen: ['x'] })
    expect(await store.all()).toEqual([{ ...webhook('b', '2026-01-01'), seen: ['x'] }, webhook('a', '2026-01-02')])
    await store.remove('a')
    await store.remove('a')
    expect((await store.all()).map(({ id }) => id)).toEqual(['b'])
  })
}

function webhook(id: string, createdAt: string): WebhookRecord {
  const to = { app: 'shop', machines: [], strategy: null, source: '/srv/shop.git', previews: false }
  const from = { provider: 'github', repository: 'acme/shop', branch: 'main', secret: 'sealed' } as const
  return { id, context: 'default', ...from, ...to, createdAt, pending: [], seen: [], deliveries: [] }
}
