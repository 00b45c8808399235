import type { OperationScope } from '../operations/run-steps.ts'
import type { CareDeps } from './model.ts'

/** An operation nobody follows: a repair among others. */
export function aside({ ids }: Pick<CareDeps, 'ids'>): OperationScope {
  return { id: ids.short(12), emit: () => undefined, signal: new AbortController().signal }
}
