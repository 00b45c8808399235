import type { WebhookStore } from '../../src/core/ports.ts'
import type { WebhookRecord } from '../../src/core/webhooks/model.ts'

/** Webhooks in memory. */
export function createFakeWebhookStore(): WebhookStore {
  const webhooks = new Map<string, WebhookRecord>()
  const keyOf = ({ createdAt, id }: WebhookRecord) => `${createdAt} ${id}`
  return {
    all: async () => structuredClone([...webhooks.values()]).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)),
    put: async (webhook) => void webhooks.set(webhook.id, structuredClone(webhook)),
    remove: async (id) => void webhooks.delete(id),
  }
}
