import type { AuditEntry } from '../../core/access/model.ts'
import { toAppError } from '../../core/errors.ts'
import type { AccessStore } from '../../core/ports.ts'

/** Keeps the audit. */
export interface Audit {
  note(entry: AuditEntry): void
  /** Resolves when all that was noted is on the disk. */
  flush(): Promise<void>
}

/** How long an entry may wait for others to be written with it, ms. */
const gather = 100
/** Entries that wait at most; a flood is written in pieces. */
const mostWaiting = 500

/** An audit that writes what comes at about the same time in one go. */
export function createAudit(access: Pick<AccessStore, 'audit'>, log: (message: string) => void): Audit {
  let waiting: AuditEntry[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    const entries = waiting
    waiting = []
    await access.audit(entries).catch((error: unknown) => log(`audit: ${toAppError(error).message}`))
  }
  return {
    flush,
    note(entry) {
      waiting.push(entry)
      if (waiting.length >= mostWaiting) void flush()
      else timer ??= setTimeout(() => void flush(), gather).unref()
    },
  }
}
