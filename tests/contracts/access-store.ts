import { expect, test } from 'vitest'
import type { AuditEntry, TokenRecord } from '../../src/core/access/model.ts'
import { auditKept } from '../../src/core/ports/access-store.ts'
import type { AccessStore } from '../../src/core/ports.ts'

/** What every AccessStore does, whatever it is made of. */
export function accessStoreContract(open: () => AccessStore): void {
  test('tokens come back as they went in, the newest first', async () => {
    const store = open()
    const [old, young] = [token('a', '2026-01-01'), token('b', '2026-01-02')]
    await store.addToken(old)
    await store.addToken(young)
    expect(await store.tokens()).toEqual([young, old])
    expect(await store.token('a')).toEqual(old)
    expect(await store.token('c')).toBeUndefined()
  })

  test('a token changes by parts; one that is gone is left alone', async () => {
    const store = open()
    await store.addToken(token('a', '2026-01-01'))
    await store.changeToken('a', { revokedAt: '2026-02-02' })
    await store.changeToken('c', { revokedAt: '2026-02-02' })
    expect(await store.tokens()).toEqual([{ ...token('a', '2026-01-01'), revokedAt: '2026-02-02' }])
  })

  test('the audit is read the newest first, whole or of some', async () => {
    const store = open()
    await store.audit([entry('owner', 1), entry('a', 2), entry('nobody', 3)])
    await store.audit([])
    expect((await store.audited({ limit: 2 })).map(({ ms }) => ms)).toEqual([3, 2])
    expect(await store.audited({ limit: 9, who: ['a', 'owner'] })).toEqual([entry('a', 2), entry('owner', 1)])
    expect(await store.audited({ limit: 9, who: [] })).toEqual([])
  })

  test('who calls much pushes out nobody else', async () => {
    const store = open()
    await store.audit([entry('owner', 0)])
    for (let at = 0; at < auditKept + 1000; at += 500)
      await store.audit(Array.from({ length: 500 }, (_, index) => entry('loud', at + index)))
    expect(await store.audited({ limit: 9, who: ['owner'] })).toEqual([entry('owner', 0)])
    const loud = await store.audited({ limit: 100_000, who: ['loud'] })
    expect(loud[0]?.ms).toBe(auditKept + 999)
    expect(loud.length).toBeGreaterThanOrEqual(auditKept)
    expect(loud.length).toBeLessThan(auditKept + 600)
  })
}

function token(id: string, createdAt: string): TokenRecord {
  const quota = { envs: 3, cpus: null, memoryBytes: 1024, diskBytes: null }
  const grant = { access: 'operate' as const, projects: ['shop'], programs: false, quota, expiresAt: null }
  return { ...grant, id, holder: 'ci', digest: '00', issuer: null, createdAt, lastUsedAt: null, revokedAt: null }
}

function entry(who: string, ms: number): AuditEntry {
  return { at: '2026-01-01', who, holder: null, from: 'socket', what: 'env.up', subject: null, result: 'ok', ms }
}
