import { AppError, toAppError } from '../errors.ts'
import type { Clock, Journal } from '../ports.ts'
import type { Emit, Step } from './model.ts'
import { unsettled } from './unsettled.ts'
import { writeOncePossible } from './write-once-possible.ts'

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
  /** Who asked for it (core/events/model.ts); `berthd` when absent. */
  actor?: string
}

/**
 * Runs the steps in order, each between two journal rows. When one fails (or the signal aborts between two) those
 * already begun that can be undone are undone, newest first, and the failure is thrown on; as `unsettled` when something
 * could not be undone, or has to be finished later.
 */
export async function runSteps(deps: RunStepsDeps, scope: OperationScope, steps: readonly Step[]): Promise<void> {
  scope.emit({ type: 'plan', steps: steps.map(({ name, title }) => ({ name, title })) })
  for (const [seq, step] of steps.entries()) {
    try {
      scope.signal.throwIfAborted()
      await runStep(deps, scope, step, seq)
    } catch (error) {
      if (step.finishLater && isEngineAway(error))
        throw unsettled(error, 'berthd finishes this once the engine is back')
      const failure = atStage(error, step)
      if (await undoSteps(deps, scope, steps.slice(0, seq + 1))) throw failure
      throw unsettled(failure)
    }
  }
}

const isEngineAway = (error: unknown) => error instanceof AppError && error.code === 'ENGINE_UNAVAILABLE'

/** What fails beside a step's own work (its row in the journal) belongs to its stage as well. */
function atStage(thrown: unknown, { stage }: Step): unknown {
  const error = toAppError(thrown)
  if (stage === undefined || error.stage !== undefined) return thrown
  const { code, message, hint, details } = error
  return new AppError(code, message, { hint, details, stage, cause: thrown })
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

/**
 * Undoes steps, newest first, up to the first that cannot be undone (what an older one made may still be needed to try
 * again); whether all are.
 */
async function undoSteps(deps: RunStepsDeps, scope: OperationScope, steps: readonly Step[]): Promise<boolean> {
  for (const [seq, step] of [...steps.entries()].toReversed()) {
    if (!step.undo) continue
    const { name, title } = step
    try {
      await step.undo()
      await writeOncePossible(deps, () => deps.journal.closeStep(scope.id, seq, 'undone'))
      scope.emit({ type: 'step', name, title, state: 'undone' })
    } catch (error) {
      const { message } = toAppError(error)
      scope.emit({ type: 'warning', message: `could not undo "${title}": ${message}; berth doctor --fix tries again` })
      return false
    }
  }
  return true
}
