import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * The programs a daemon has running, one file each: where the daemon is killed they go on without it, and would work
 * against the daemon that takes its place.
 */
export interface ChildLedger {
  /** Notes a program, the leader of its process group. */
  note(pid: number): void
  forget(pid: number): void
  /** Ends what an earlier daemon left running; resolves when it is gone, and with how many process groups there were. */
  endLeft(): Promise<number>
}

/** How long a program may take to end on SIGTERM, ms; Docker Compose needs about 100. */
const grace = 3000

/** The ledger in `directory`. */
export function createChildLedger(directory: string): ChildLedger {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const fileOf = (pid: number) => join(directory, String(pid))
  const forget = (pid: number) => rmSync(fileOf(pid), { force: true })
  return {
    note: (pid) => write(fileOf(pid), startOf(pid)),
    forget,
    async endLeft() {
      const noted = readdirSync(directory).map(Number)
      const left = noted.filter((pid) => isLeft(pid, readFileSync(fileOf(pid), 'utf8')))
      await Promise.all(left.map(endGroup))
      for (const pid of noted) forget(pid)
      return left.length
    },
  }
}

function write(file: string, start: string | undefined): void {
  if (start === undefined) return
  try {
    writeFileSync(file, `${bootId()} ${start}`, { mode: 0o600 })
  } catch {
    // a full disk: the program, which may be there to free some, is worth more than its note
  }
}

/** Whether a noted process, or what it started after it ended itself, still runs: a group's id is not given away meanwhile. */
function isLeft(pid: number, note: string): boolean {
  const [boot, start] = note.split(' ')
  if (boot !== bootId()) return false
  const now = startOf(pid)
  return now === undefined ? sendTo(-pid, 0) : now === start
}

async function endGroup(pid: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = performance.now() + grace
    while (sendTo(-pid, signal) && performance.now() < deadline) {
      await wait(20)
      if (!sendTo(-pid, 0)) return
    }
  }
}

/** False when there is nobody to get it. */
function sendTo(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal)
    return true
  } catch {
    return false // ESRCH: all of the group have ended
  }
}

/**
 * When a process was started, in ticks since the boot: field 22 of /proc/PID/stat (proc(5)), to tell it from a later one
 * of the same id. undefined when it is gone, and where there is no /proc (macOS): nothing is noted there.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : fields[18]
  } catch {
    return undefined
  }
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
