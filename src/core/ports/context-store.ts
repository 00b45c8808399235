import type { ContextRecord } from '../contexts/model.ts'

/** The contexts somebody made; `default` is none of them. Every method is one transaction. */
export interface ContextStore {
  /** By name. */
  all(): Promise<ContextRecord[]>
  /** Throws CONTEXT_EXISTS when the name is taken. */
  add(context: ContextRecord): Promise<void>
  /** Harmless when it is gone. */
  remove(name: string): Promise<void>
}
