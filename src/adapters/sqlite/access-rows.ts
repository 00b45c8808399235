import { type Kysely, sql } from 'kysely'
import type { AuditEntry, TokenRecord } from '../../core/access/model.ts'
import { auditKept } from '../../core/ports/access-store.ts'
import type { AccessStore } from '../../core/ports.ts'
import { unhurried } from './database.ts'
import type { Tables } from './tables.ts'

/** Tokens and the audit in the state database. */
export function accessRows(query: Kysely<Tables>): AccessStore {
  return { ...tokenRows(query), ...auditRows(query) }
}

function tokenRows(query: Kysely<Tables>): Pick<AccessStore, 'tokens' | 'token' | 'addToken' | 'changeToken'> {
  const one = async (from: Kysely<Tables>, id: string) => {
    const row = await from.selectFrom('token').select('record').where('id', '=', id).executeTakeFirst()
    return row && toToken(row)
  }
  return {
    async tokens() {
      const rows = await query
        .selectFrom('token')
        .select('record')
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(toToken)
    },
    token: (id) => one(query, id),
    async addToken(token) {
      const row = { id: token.id, created_at: token.createdAt, record: JSON.stringify(token) }
      await query.insertInto('token').values(row).execute()
    },
    async changeToken(id, change) {
      await query.transaction().execute(async (transaction) => {
        const token = await one(transaction, id)
        if (token === undefined) return
        const record = JSON.stringify({ ...token, ...change })
        await transaction.updateTable('token').set({ record }).where('id', '=', id).execute()
      })
    },
  }
}

const toToken = ({ record }: { record: string }) => JSON.parse(record) as TokenRecord

/** Entries added between two looks at who has too many. */
const pruneEvery = 500

function auditRows(query: Kysely<Tables>): Pick<AccessStore, 'audit' | 'audited'> {
  let added = 0
  return {
    async audit(entries) {
      if (entries.length === 0) return
      // written behind the answers, which promise nothing of it
      await unhurried(query, (connection) =>
        connection
          .insertInto('audit')
          .values([...entries])
          .execute(),
      )
      added += entries.length
      if (added < pruneEvery) return
      added = 0
      await prune(query)
    },
    async audited({ limit, who }) {
      let rows = query.selectFrom('audit').select(columns)
      if (who !== undefined) rows = rows.where('who', 'in', [...who])
      const found = await rows.orderBy('seq', 'desc').limit(limit).execute()
      return found satisfies AuditEntry[]
    },
  }
}

const columns = ['at', 'who', 'holder', 'from', 'what', 'subject', 'result', 'ms'] as const

/** Leaves of each who the newest entries. */
async function prune(query: Kysely<Tables>): Promise<void> {
  await sql`DELETE FROM audit WHERE seq IN (
    SELECT seq FROM (SELECT seq, row_number() OVER (PARTITION BY who ORDER BY seq DESC) AS age FROM audit)
    WHERE age > ${auditKept})`.execute(query)
}
