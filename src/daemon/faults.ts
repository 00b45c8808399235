import type { Journal } from '../core/ports.ts'

/**
 * A journal that ends the process at one point, for the crash tests: `BERTH_FAULT=env.up:start:begin` right after the
 * step's row is written, `…:end` after the step ran and before its row is closed, `env.up::begin` and `env.up::end` at
 * the operation's own rows.
 */
export function withFaults(journal: Journal, fault: string, crash: () => void): Journal {
  const kinds = new Map<string, string>()
  const names = new Map<string, string>()
  const at = (id: string, step: string, point: 'begin' | 'end') => {
    if (fault === `${kinds.get(id)}:${step}:${point}`) crash()
  }
  return {
    ...journal,
    async begin(operation) {
      kinds.set(operation.id, operation.kind)
      await journal.begin(operation)
      at(operation.id, '', 'begin')
    },
    async end(id, state, error) {
      at(id, '', 'end')
      await journal.end(id, state, error)
    },
    async openStep(id, seq, name) {
      names.set(`${id}:${seq}`, name)
      await journal.openStep(id, seq, name)
      at(id, name, 'begin')
    },
    async closeStep(id, seq, state) {
      at(id, names.get(`${id}:${seq}`) ?? '', 'end')
      await journal.closeStep(id, seq, state)
    },
  }
}
