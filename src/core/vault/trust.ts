import { createHash } from 'node:crypto'
import type { Recipient, TrustRecord, TrustState } from './model.ts'

/** What stands for a set of recipients, whatever their order and names; as SSH shows fingerprints. */
export function fingerprintOf(recipients: readonly Recipient[]): string {
  const keys = [...new Set(recipients.map(({ key }) => key))].sort()
  return `SHA256:${createHash('sha256').update(keys.join('\n')).digest('base64').replace(/=+$/, '')}`
}

/** How the recipients of a file stand to what was trusted. */
export function judgeTrust(recipients: readonly Recipient[], record: TrustRecord | undefined): TrustState {
  if (record === undefined) return 'first-use'
  return record.fingerprint === fingerprintOf(recipients) ? 'trusted' : 'changed'
}

/** Who came and who went since a file was trusted. */
export function changesSince(
  recipients: readonly Recipient[],
  trusted: readonly string[],
): { added: Recipient[]; gone: string[] } {
  const now = new Set(recipients.map(({ key }) => key))
  return { added: recipients.filter(({ key }) => !trusted.includes(key)), gone: trusted.filter((key) => !now.has(key)) }
}

/** Puts a record in the place of one for the same file. */
export function withRecord(records: readonly TrustRecord[], record: TrustRecord): TrustRecord[] {
  const others = records.filter(({ repository, file }) => repository !== record.repository || file !== record.file)
  return [...others, record]
}
