import type { AccessStore, AuditQuery } from '../ports.ts'
import { issuedBy } from './list-tokens.ts'
import type { AuditEntry, Caller } from './model.ts'

/** What was done, the newest first: the owner sees all, others what was done with their token and those issued with it. */
export async function listAudit(
  { access }: { access: AccessStore },
  caller: Caller,
  { limit, who }: { limit: number; who?: string | undefined },
): Promise<AuditEntry[]> {
  const named = who === undefined ? undefined : [who]
  if (caller.kind === 'owner') return access.audited({ limit, who: named } satisfies AuditQuery)
  const { token } = caller
  const own = [token, ...issuedBy(token, await access.tokens())].map(({ id }) => id)
  return access.audited({ limit, who: named === undefined ? own : own.filter((id) => named.includes(id)) })
}
