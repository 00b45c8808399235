import { redact } from '../../lib/redact.ts'
import { localTime } from './local-time.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

/** A line of the daemon's log for a person: local time, level where it is not usual, message, what else it says. */
export function renderLogLine(line: string, paint: Paint): string {
  const entry = parse(line)
  if (entry === undefined) return printable(redact(line))
  const { time, level, message, msg, pid: _pid, hostname: _host, ...rest } = entry
  const parts = [
    paint('dim', localTime(time)),
    levelText(level, paint),
    printable(redact(textOf(message ?? msg ?? ''))),
    ...Object.entries(rest).map(([key, value]) => paint('dim', printable(redact(`${key}=${textOf(value)}`)))),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // not ours: shown as it is
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** Levels as pino numbers them, or words. */
function levelText(level: unknown, paint: Paint): string {
  const word = typeof level === 'number' ? (level >= 50 ? 'error' : level >= 40 ? 'warn' : '') : textOf(level ?? '')
  if (word === '' || word === 'info') return ''
  return paint(word.startsWith('warn') ? 'yellow' : 'red', word)
}
