import type { CloudStore } from '../../src/core/ports.ts'
import type { CloudMachine } from '../../src/core/providers/model.ts'

/** Rented machines in memory. */
export function createFakeCloudStore(): CloudStore {
  const machines = new Map<string, CloudMachine>()
  return {
    machines: async () =>
      structuredClone([...machines.values()]).sort((one, other) => (one.name < other.name ? -1 : 1)),
    put: async (machine) => void machines.set(machine.name, structuredClone(machine)),
    remove: async (name) => void machines.delete(name),
  }
}
