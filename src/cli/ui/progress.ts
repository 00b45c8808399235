import type { OperationEventMessage } from '../../contract/events.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

interface ProgressOptions {
  stream: NodeJS.WriteStream
  paint: Paint
  /** What is being done: `up feat-x`. */
  title: string
  /** A terminal: the running step is shown and replaced; elsewhere only warnings appear. */
  live: boolean
}

/** Shows an operation on stderr: on a terminal each step as it runs and its last line of output; elsewhere warnings only. */
export function createProgress({ stream, paint, title, live }: ProgressOptions) {
  let shown = false
  const clear = () => {
    if (shown) stream.write('\r\u001b[K')
    shown = false
  }
  const show = (text: string) => {
    clear()
    stream.write(printable(text).slice(0, Math.max(20, stream.columns - 1)))
    shown = true
  }
  const line = (text: string) => {
    clear()
    stream.write(`${text}\n`)
  }
  let step = title
  return {
    onEvent(event: OperationEventMessage) {
      if (event.type === 'warning') line(`${paint('yellow', 'warning:')} ${printable(event.message)}`)
      if (!live) return
      if (event.type === 'output') show(`${title}: ${step} · ${event.line.trim()}`)
      if (event.type !== 'step') return
      step = event.title
      if (event.state === 'running') show(`${title}: ${event.title} …`)
      else line(`${mark(event.state, paint)} ${printable(event.title)}${duration(event.ms, paint)}`)
    },
    end: clear,
  }
}

const marks = { done: ['green', '✓'], failed: ['red', '✗'], undone: ['yellow', '↩'], running: ['dim', '…'] } as const

function mark(state: keyof typeof marks, paint: Paint): string {
  const [style, sign] = marks[state]
  return paint(style, sign)
}

const duration = (ms: number | undefined, paint: Paint) => (ms === undefined ? '' : paint('dim', ` ${formatMs(ms)}`))

const formatMs = (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)
