import type { OperationEventMessage } from '../../contract/events.ts'
import type { LiveLines } from './live-lines.ts'
import type { Paint } from './paint.ts'

/** One operation, shown while it runs. `end` before anything else is printed. */
export interface Progress {
  onEvent: (event: OperationEventMessage) => void
  end: () => void
}

/** Shows operations on stderr, several at once if need be; `title` says which one is meant (`up feat-x`). */
export type ShowProgress = (title: string) => Progress

interface ProgressParts {
  lines: LiveLines
  paint: Paint
  /** Makes text from the operation fit to be shown. */
  clean: (text: string) => string
  /** Ended steps are printed. */
  showSteps: boolean
}

/**
 * Progress for people. On a terminal each running operation has a line of its own, with its step and that step's last
 * output, and ended steps stay above; on a dumb terminal ended steps alone; elsewhere warnings only.
 */
export function createProgress({ lines, paint, clean, showSteps }: ProgressParts): ShowProgress {
  let running = 0
  return (title) => {
    let step = ''
    let since = Date.now()
    let output = ''
    const alone = running++ === 0
    const prefix = () => (alone && running === 1 ? '' : `${title}: `)
    const live = lines.add(() => [title, step && `: ${step}`, elapsed(since), output && ` · ${output}`].join(''))
    return {
      onEvent(event) {
        if (event.type === 'warning') lines.print(`${paint('yellow', 'warning:')} ${prefix()}${clean(event.message)}`)
        else if (event.type === 'output') output = clean(event.line).trim()
        else if (event.type === 'step' && event.state === 'running') {
          step = clean(event.title)
          since = Date.now()
          output = ''
        } else if (event.type === 'step') {
          output = ''
          const ended = `${mark(event.state, paint)} ${prefix()}${clean(event.title)}${duration(event.ms, paint)}`
          if (showSteps) lines.print(ended)
        }
        lines.refresh()
      },
      end() {
        running--
        live.remove()
      },
    }
  }
}

const marks = { done: ['green', '✓'], failed: ['red', '✗'], undone: ['yellow', '↩'], running: ['dim', '…'] } as const

function mark(state: keyof typeof marks, paint: Paint): string {
  const [style, sign] = marks[state]
  return paint(style, sign)
}

const duration = (ms: number | undefined, paint: Paint) => (ms === undefined ? '' : paint('dim', ` ${formatMs(ms)}`))

const formatMs = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** Seconds a step has taken, once that is worth saying. */
function elapsed(since: number): string {
  const seconds = Math.floor((Date.now() - since) / 1000)
  return seconds < 2 ? ' …' : ` … ${seconds} s`
}
