import type { Kysely } from 'kysely'
import type { WebhookStore } from '../../core/ports.ts'
import type { WebhookRecord } from '../../core/webhooks/model.ts'
import type { Tables } from './tables.ts'

/** Webhooks in the state database. */
export function webhookRows(query: Kysely<Tables>): WebhookStore {
  return {
    async all() {
      const rows = await query.selectFrom('webhook').select('record').orderBy('created_at').orderBy('id').execute()
      return rows.map(({ record }) => JSON.parse(record) as WebhookRecord)
    },
    async put(webhook) {
      const record = JSON.stringify(webhook)
      const row = query.insertInto('webhook').values({ id: webhook.id, created_at: webhook.createdAt, record })
      await row.onConflict((conflict) => conflict.column('id').doUpdateSet({ record })).execute()
    },
    async remove(id) {
      await query.deleteFrom('webhook').where('id', '=', id).execute()
    },
  }
}
