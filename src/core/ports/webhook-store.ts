import type { WebhookRecord } from '../webhooks/model.ts'

/** Webhooks. Every method is one transaction. */
export interface WebhookStore {
  /** In the order they were made. */
  all(): Promise<WebhookRecord[]>
  /** Adds one, or replaces the one of that id. */
  put(webhook: WebhookRecord): Promise<void>
  /** Harmless when it is gone. */
  remove(id: string): Promise<void>
}
