import type { Clock, Journal } from '../ports.ts'
import type { Emit, Step } from './model.ts'

/** What running steps takes. */
export interface RunStepsDeps {
  journal: Journal
  clock: Clock
}

/** One operation as its steps see it. */
export interface OperationScope {
  id: string
  emit: Emit
  signal: AbortSignal
}

/**
 * Runs the steps in order, each between two journal rows. When one fails (or the signal aborts between two) those
 * already begun that can be undone are undone, newest first, and the failure is thrown on.
 */
export async function runSteps(deps: RunStepsDeps, scope: OperationScope, steps: readonly Step[]): Promise<void> {
  scope.emit({ type: 'plan', steps: steps.map(({ name, title }) => ({ name, title })) })
  for (const [seq, step] of steps.entries()) {
    try {
      scope.signal.throwIfAborted()
      await runStep(deps, scope, step, seq)
    } catch (error) {
      await undoSteps(deps, scope, steps.slice(0, seq + 1))
      throw error
    }
  }
}

async function runStep({ journal, clock }: RunStepsDeps, scope: OperationScope, step: Step, seq: number) {
  const { name, title } = step
  const startedAt = clock.now().getTime()
  const elapsed = () => clock.now().getTime() - startedAt
  await journal.openStep(scope.id, seq, name)
  scope.emit({ type: 'step', name, title, state: 'running' })
  try {
    await step.run()
  } catch (error) {
    scope.emit({ type: 'step', name, title, state: 'failed', ms: elapsed() })
    throw error
  }
  await journal.closeStep(scope.id, seq, 'done')
  scope.emit({ type: 'step', name, title, state: 'done', ms: elapsed() })
}

/** Undoes steps, newest first. A step whose undo fails is reported and does not keep the others from being undone. */
export async function undoSteps(deps: RunStepsDeps, scope: OperationScope, steps: readonly Step[]): Promise<void> {
  for (const [seq, step] of [...steps.entries()].toReversed()) {
    if (!step.undo) continue
    try {
      await step.undo()
      await deps.journal.closeStep(scope.id, seq, 'undone')
      scope.emit({ type: 'step', name: step.name, title: step.title, state: 'undone' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      scope.emit({ type: 'warning', message: `could not undo "${step.title}": ${message}` })
    }
  }
}
