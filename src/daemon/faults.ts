import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '../core/ports.ts'

/**
 * A journal that tells each point of each operation it comes to, for the crash tests: `env.up:start:begin` right after
 * the step's row is written, `…:end` after the step ran and before its row is closed, `env.up::begin` and `env.up::end`
 * at the operation's own rows.
 */
export function withFaults(journal: Journal, reach: (point: string) => void): Journal {
  const kinds = new Map<string, string>()
  const names = new Map<string, string>()
  return {
    ...journal,
    async begin(operation) {
      kinds.set(operation.id, operation.kind)
      await journal.begin(operation)
      reach(`${operation.kind}::begin`)
    },
    async end(id, state, error) {
      reach(`${kinds.get(id)}::end`)
      await journal.end(id, state, error)
    },
    async openStep(id, seq, name) {
      names.set(`${id}:${seq}`, name)
      await journal.openStep(id, seq, name)
      reach(`${kinds.get(id)}:${name}:begin`)
    },
    async closeStep(id, seq, state) {
      reach(`${kinds.get(id)}:${names.get(`${id}:${seq}`)}:end`)
      await journal.closeStep(id, seq, state)
    },
  }
}

/**
 * What BERTH_FAULT asks for: `list` writes every point to the file `fault-points` of the home; a point ends the process
 * there with SIGKILL, once (the file `fault-fired` says that it has been).
 */
export function createFault(home: string, fault: string): (point: string) => void {
  const fired = join(home, 'fault-fired')
  return (point) => {
    if (fault === 'list') appendFileSync(join(home, 'fault-points'), `${point}\n`)
    if (fault !== point || existsSync(fired)) return
    writeFileSync(fired, point)
    process.kill(process.pid, 'SIGKILL')
  }
}
