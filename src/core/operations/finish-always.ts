import type { OperationScope } from './run-steps.ts'

/** The scope of work that is finished once it has begun: a wish to stop is answered, not obeyed. Throws what cancelled it before. */
export function finishAlways(scope: OperationScope): OperationScope {
  const { emit, signal } = scope
  signal.throwIfAborted()
  const answer = () => emit({ type: 'warning', message: 'it cannot be left half done, and is finished first' })
  signal.addEventListener('abort', answer, { once: true })
  return { ...scope, signal: new AbortController().signal }
}
