import { appendFileSync, existsSync, readFileSync } from 'node:fs'
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
    async end(id, state, error, events) {
      reach(`${kinds.get(id)}::end`)
      await journal.end(id, state, error, events)
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
 * What BERTH_FAULT asks for: `list` writes every point to the file `fault-points` of the home; points, separated by
 * commas, end the process with SIGKILL, each once and one after another (the file `fault-fired` holds those that have).
 */
export function createFault(home: string, faults: string): (point: string) => void {
  const fired = join(home, 'fault-fired')
  return (point) => {
    if (faults === 'list') appendFileSync(join(home, 'fault-points'), `${point}\n`)
    const past = existsSync(fired) ? readFileSync(fired, 'utf8').split('\n').length - 1 : 0
    if (faults.split(',')[past] !== point) return
    appendFileSync(fired, `${point}\n`)
    process.kill(process.pid, 'SIGKILL')
  }
}
