import { isatty } from 'node:tty'
import type { ApiError } from '../../contract/events.ts'
import type { Outcome } from '../command.ts'
import { exitCodeOf } from '../failure.ts'
import { createClean } from './clean.ts'
import { renderError } from './error.ts'
import { createLiveLines, createStillLines } from './live-lines.ts'
import { createPaint, type Paint, wantsColour } from './paint.ts'
import { printable } from './printable.ts'
import { createProgress, type ShowProgress } from './progress.ts'
import { type Column, renderTable } from './table.ts'
import { terminalText } from './terminal-text.ts'

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
  /** Colours for stdout. */
  paint: Paint
  /** Columns of the terminal stdout is; Infinity where it is none. */
  width: number
  /** Rows as an aligned table that fits the terminal. */
  table<R>(columns: readonly Column<R>[], rows: readonly R[]): string
  outcome(scope: OutcomeScope, outcome: Outcome): void
  /** Shows a failure; returns the exit code. */
  failure(scope: OutcomeScope, error: ApiError): number
  /** Text for stdout, as it is. */
  print(text: string): void
  progress: ShowProgress
  /** A line for stderr. */
  note(text: string): void
}

/** The user interface over the process's streams. */
export function createUi({ stdout, stderr, env }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>): Ui {
  const clean = createClean(env)
  const paint = createPaint(stdout, env)
  const mayHaveColours = stdout.isTTY || wantsColour(stdout, env)
  const errorPaint = createPaint(stderr, env)
  const lines = stderr.isTTY && env['TERM'] !== 'dumb' ? createLiveLines(stderr) : createStillLines(stderr)
  const width = stdout.isTTY ? Math.max(20, stdout.columns) : Number.POSITIVE_INFINITY
  return {
    // asked of the descriptor: process.stdin would open a stream, 7 ms
    interactive: isatty(0) && stderr.isTTY && env['CI'] === undefined,
    paint,
    width,
    table: (columns, rows) => renderTable(columns, rows, width),
    outcome(scope, { data, text, exact = false }) {
      // a stream has written its objects by now, and has no data
      if (scope.json && data === undefined) return
      if (scope.json) stdout.write(`${JSON.stringify(envelope(scope, { ok: true, data }))}\n`)
      else if (text !== undefined && text !== '') {
        const shown = exact && !stdout.isTTY ? text : fitForTerminal(text, mayHaveColours)
        stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`)
      }
    },
    failure(scope, given) {
      const error = clean.error(given)
      if (scope.json) {
        stdout.write(
          `${JSON.stringify(envelope(scope, { ok: false, error: { ...error, machine: machineOf(error) ?? scope.machine } }))}\n`,
        )
      } else stderr.write(renderError(error, errorPaint))
      return exitCodeOf(error)
    },
    print: (text) => void stdout.write(text),
    progress: createProgress({ lines, paint: errorPaint, clean: clean.text, showSteps: stderr.isTTY }),
    note: (text) => lines.print(clean.text(text)),
  }
}

/** The one of several machines that it failed on. */
const machineOf = ({ details }: ApiError) => (typeof details['machine'] === 'string' ? details['machine'] : undefined)

/** Whatever a daemon, a container or a file name puts into a text, it moves no cursor and sets no clipboard. */
function fitForTerminal(text: string, hasColours: boolean): string {
  return hasColours ? text.split('\n').map(terminalText).join('\n') : printable(text)
}

function envelope({ command, context, machine }: OutcomeScope, body: { ok: boolean; data?: unknown; error?: unknown }) {
  const { ok, ...rest } = body
  return { ok, command, context, machine, ...rest }
}
