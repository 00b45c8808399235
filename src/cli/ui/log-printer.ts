import { type Frame, frameStreams, frameTypes } from '../../contract/frames.ts'
import type { Output } from '../../contract/routes.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'
import { terminalText } from './terminal-text.ts'

type Source = Output<'env.logs'>[number]

export interface LogPrinterOptions {
  /** `service  | ` before each line. */
  prefix: boolean
  /** A terminal gets the text and its colours; a pipe every byte as it was written. */
  terminal: boolean
  /** One JSON object a line; the lines must come with their times. */
  json: boolean
  paint: Paint
}

/** Makes frames of logs what is to be written. Lines are never torn apart, however their bytes come. */
export function createLogPrinter(options: LogPrinterOptions): (frame: Frame) => Buffer {
  const sources: Source[] = []
  const unfinished = new Map<string, Buffer>()
  const whole = (key: string, payload: Buffer): Buffer => {
    const before = unfinished.get(key)
    const bytes = before ? Buffer.concat([before, payload]) : payload
    const end = bytes.lastIndexOf(newline) + 1
    if (end < bytes.length) unfinished.set(key, bytes.subarray(end))
    else unfinished.delete(key)
    return bytes.subarray(0, end)
  }
  const rest = (source: number): Buffer => {
    const parts = Object.values(frameStreams).map((stream) => {
      const key = `${source} ${stream}`
      const bytes = unfinished.get(key)
      unfinished.delete(key)
      return bytes ? render(options, sources, source, stream, bytes) : Buffer.alloc(0)
    })
    return Buffer.concat(parts)
  }
  return (frame) => {
    const { type, stream, source, payload } = frame
    if (type === frameTypes.output)
      return render(options, sources, source, stream, whole(`${source} ${stream}`, payload))
    if (type === frameTypes.sources) sources.push(...(JSON.parse(payload.toString()) as Source[]))
    return type === frameTypes.pause ? rest(source) : Buffer.alloc(0)
  }
}

const newline = 0x0a

/** Lines of one source; the last one may lack its end, which is then added where other lines may follow. */
function render(
  options: LogPrinterOptions,
  sources: readonly Source[],
  number: number,
  stream: number,
  bytes: Buffer,
): Buffer {
  if (bytes.length === 0) return bytes
  const source = sources[number] ?? { service: '?', container: '?', replica: 1 }
  if (options.json) return Buffer.from(jsonLines(source, stream, bytes))
  const prefix = options.prefix ? prefixOf(options, sources, number) : ''
  if (options.terminal) return Buffer.from(terminalLines(prefix, bytes))
  if (prefix === '' && sources.length === 1) return bytes
  return prefixLines(Buffer.from(prefix), bytes.at(-1) === newline ? bytes : Buffer.concat([bytes, Buffer.of(newline)]))
}

/** The label of a source: its service, and which of several containers it is. */
export function labelOf({ service, replica }: Source): string {
  return replica > 1 ? `${service}-${replica}` : service
}

const colours = ['cyan', 'yellow', 'green', 'magenta', 'blue'] as const

function prefixOf({ paint }: LogPrinterOptions, sources: readonly Source[], number: number): string {
  const labels = sources.map((source) => printable(labelOf(source)))
  const width = Math.max(...labels.map(({ length }) => length))
  return paint(colours[number % colours.length] ?? 'cyan', `${(labels[number] ?? '').padEnd(width)}  | `)
}

/** Puts a prefix before each line without looking at what the bytes mean. */
function prefixLines(prefix: Buffer, bytes: Buffer): Buffer {
  let lines = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++
  const text = Buffer.allocUnsafe(bytes.length + lines * prefix.length)
  let end = 0
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(newline, from) + 1
    end += prefix.copy(text, end)
    end += bytes.copy(text, end, from, to)
    from = to
  }
  return text
}

const linesOf = (bytes: Buffer) => bytes.toString().replace(/\n$/, '').split('\n')

/** A carriage return within a line (progress bars) starts a line of its own: it must not overwrite the prefix. */
function terminalLines(prefix: string, bytes: Buffer): string {
  const lines = linesOf(bytes).flatMap((line) => line.replace(/\r+$/, '').split(/\r+/))
  return lines.map((line) => `${prefix}${terminalText(line)}\n`).join('')
}

function jsonLines({ service, container }: Source, stream: number, bytes: Buffer): string {
  const name = stream === frameStreams.stderr ? 'stderr' : 'stdout'
  const lines = linesOf(bytes).map((text) => {
    const gap = text.indexOf(' ')
    const [time, line] = [text.slice(0, gap), text.slice(gap + 1).replace(/\r$/, '')]
    return `${JSON.stringify({ service, container, stream: name, time, line })}\n`
  })
  return lines.join('')
}
