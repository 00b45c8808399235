/** What an operation tells while it works; the same on the wire, in the log and on the screen. */
export type OperationEvent =
  | { type: 'started'; operation: string }
  | { type: 'plan'; steps: { name: string; title: string }[] }
  | { type: 'step'; name: string; title: string; state: 'running' | 'done' | 'failed' | 'undone'; ms?: number }
  | { type: 'output'; line: string; stream?: 'stdout' | 'stderr' }
  | { type: 'warning'; message: string; details?: Record<string, unknown> }

/** Takes an operation's events, in order. */
export type Emit = (event: OperationEvent) => void

/** One piece of an operation: it can describe itself, run, be repeated safely, and perhaps be undone. */
export interface Step {
  /** Stable name for the journal. */
  name: string
  /** What it does, for people: `copy the workspace`. */
  title: string
  /** Which stage of a longer work it belongs to: that of its failures. */
  stage?: string
  /** Safe to run again after it was cut off anywhere. */
  run(): Promise<void>
  /** Takes back what run did or began to do; safe to repeat. */
  undo?(): Promise<void>
  /** Too late to leave it: where the engine goes away in between, the operation is finished once it is back. */
  finishLater?: true
}
