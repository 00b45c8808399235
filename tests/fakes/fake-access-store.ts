import type { AuditEntry, TokenRecord } from '../../src/core/access/model.ts'
import { auditKept } from '../../src/core/ports/access-store.ts'
import type { AccessStore } from '../../src/core/ports.ts'

/** Tokens and the audit in memory. */
export function createFakeAccessStore(): AccessStore {
  const tokens = new Map<string, TokenRecord>()
  let entries: AuditEntry[] = []
  return {
    tokens: async () =>
      structuredClone([...tokens.values()]).sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1)),
    token: async (id) => structuredClone(tokens.get(id)),
    addToken: async (token) => void tokens.set(token.id, structuredClone(token)),
    changeToken: async (id, change) => {
      const token = tokens.get(id)
      if (token) Object.assign(token, change)
    },
    audit: async (added) => {
      const kept = Map.groupBy([...entries, ...structuredClone(added)], ({ who }) => who)
      const newest = new Set([...kept.values()].flatMap((own) => own.slice(-auditKept)))
      entries = [...entries, ...added].length > newest.size ? [...newest] : [...entries, ...structuredClone(added)]
    },
    audited: async ({ limit, who }) =>
      structuredClone(
        entries
          .toReversed()
          .filter((entry) => who === undefined || who.includes(entry.who))
          .slice(0, limit),
      ),
  }
}
