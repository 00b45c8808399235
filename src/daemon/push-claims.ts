import { readFileSync } from 'node:fs'
import type { PushClaims } from '../core/deploy/remotes/receive-push.ts'

/** Pushes under way, by the process that takes them: it ends once its branch has moved, or was refused, or it was killed. */
export function createPushClaims(): PushClaims {
  const holders = new Map<string, { by: string; pid: number }>()
  return {
    take(place, holder) {
      const current = holders.get(place)
      if (current && current.pid !== holder.pid && isAlive(current.pid)) return current.by
      holders.set(place, { by: holder.by, pid: holder.pid })
      return undefined
    },
  }
}

/** One that has ended but that nobody has asked for yet is none. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !isZombie(pid)
}

/** Undefined knowledge (no /proc) is no. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z'
  } catch {
    return false
  }
}
