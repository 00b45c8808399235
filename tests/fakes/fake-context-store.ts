import type { ContextRecord } from '../../src/core/contexts/model.ts'
import { AppError } from '../../src/core/errors.ts'
import type { ContextStore } from '../../src/core/ports.ts'

/** Contexts in memory. */
export function createFakeContextStore(): ContextStore {
  const contexts = new Map<string, ContextRecord>()
  return {
    all: async () => structuredClone([...contexts.values()]).sort((one, other) => (one.name < other.name ? -1 : 1)),
    async add(context) {
      if (contexts.has(context.name)) throw new AppError('CONTEXT_EXISTS', `there is a context ${context.name} already`)
      contexts.set(context.name, structuredClone(context))
    },
    remove: async (name) => void contexts.delete(name),
  }
}
