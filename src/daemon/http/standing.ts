import { isAlive } from '../../core/access/authenticate.ts'
import type { Caller } from '../../core/access/model.ts'
import { AppError } from '../../core/errors.ts'
import type { AccessStore, Clock } from '../../core/ports.ts'

/** Knows for how long what was opened with a token may stay open. */
export interface Standing {
  /** Calls `end` once the caller's token is revoked or past its end; returns what stops watching. Never for the owner. */
  watch(caller: Caller, end: (reason: AppError) => void): () => void
  /** A token was revoked: whatever was opened with it, or with one that was issued with it, ends. */
  check(): Promise<void>
}

/** The longest a timer of Node's waits, ms. */
const longestTimer = 2 ** 31 - 1

/** Watches over what is open: a revoke is heard of, an end is waited for. */
export function createStanding({ access, clock }: { access: AccessStore; clock: Pick<Clock, 'now'> }): Standing {
  const open = new Set<() => Promise<void>>()
  return {
    check: async () => void (await Promise.all([...open].map((look) => look()))),
    watch(caller, end) {
      if (caller.kind === 'owner') return () => undefined
      const { id, expiresAt } = caller.token
      let timer: NodeJS.Timeout | undefined
      const stop = () => {
        clearTimeout(timer)
        open.delete(look)
      }
      const look = async () => {
        const now = clock.now()
        const token = await access.token(id)
        if (!open.has(look)) return
        if (token !== undefined && (await isAlive({ access }, token, now))) return wait(now)
        stop()
        end(new AppError('TOKEN_INVALID', 'the token has ended, and with it what was opened with it'))
      }
      const wait = (now: Date) => {
        clearTimeout(timer)
        if (expiresAt === null) return
        const left = Math.min(Math.max(Date.parse(expiresAt) - now.getTime(), 0) + 1, longestTimer)
        timer = setTimeout(() => void look().catch(() => undefined), left).unref()
      }
      open.add(look)
      // it may have been revoked while its call was let in
      void look().catch(() => undefined)
      return stop
    },
  }
}
