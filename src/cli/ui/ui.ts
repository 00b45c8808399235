import type { ApiError, OperationEventMessage } from '../../contract/events.ts'
import type { Outcome } from '../commands/common.ts'
import { exitCodeOf } from '../failure.ts'
import { renderError } from './error.ts'
import { createPaint, type Paint } from './paint.ts'
import { printable } from './printable.ts'
import { createProgress } from './progress.ts'

/** What the JSON envelope says beside the data. */
export interface OutcomeScope {
  command: string
  machine: string
  context: string
  json: boolean
}

/** Where everything people see goes through: results to stdout, the story to stderr. */
export interface Ui {
  /** Whether a person is there to read progress and answer. */
  interactive: boolean
  paint: Paint
  outcome(scope: OutcomeScope, outcome: Outcome): void
  /** Shows a failure; returns the exit code. */
  failure(scope: OutcomeScope, error: ApiError): number
  /** Shows an operation's events; `end` before anything else is printed. */
  progress(title: string): { onEvent: (event: OperationEventMessage) => void; end: () => void }
  /** A line for stderr. */
  note(text: string): void
}

export interface UiStreams {
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  stdin: NodeJS.ReadStream
  env: Record<string, string | undefined>
}

/** The user interface over the process's streams. */
export function createUi({ stdout, stderr, stdin, env }: UiStreams): Ui {
  const paint = createPaint(stdout, env)
  const errorPaint = createPaint(stderr, env)
  const interactive = stdin.isTTY && stderr.isTTY && env['CI'] === undefined
  return {
    interactive,
    paint,
    outcome(scope, { data, text }) {
      if (scope.json) stdout.write(`${JSON.stringify(envelope(scope, { ok: true, data }))}\n`)
      else if (text !== undefined && text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    },
    failure(scope, error) {
      if (scope.json) {
        stdout.write(`${JSON.stringify(envelope(scope, { ok: false, error: { ...error, machine: scope.machine } }))}\n`)
      } else stderr.write(renderError(error, errorPaint))
      return exitCodeOf(error)
    },
    progress: (title) => createProgress({ stream: stderr, paint: errorPaint, title, live: stderr.isTTY }),
    note: (text) => void stderr.write(`${printable(text)}\n`),
  }
}

function envelope({ command, context, machine }: OutcomeScope, body: { ok: boolean; data?: unknown; error?: unknown }) {
  const { ok, ...rest } = body
  return { ok, command, context, machine, ...rest }
}
