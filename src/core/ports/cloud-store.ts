import type { CloudMachine } from '../providers/model.ts'

/** The machines that were rented. Every method is one transaction. */
export interface CloudStore {
  /** By name. */
  machines(): Promise<CloudMachine[]>
  /** Adds one, or replaces the one of that name. */
  put(machine: CloudMachine): Promise<void>
  /** Harmless when it is gone. */
  remove(name: string): Promise<void>
}
