import type { ApiError } from '../../contract/events.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

/** A failure for a person: what went wrong, the last lines of what failed, what to type next. */
export function renderError(error: ApiError, paint: Paint): string {
  const lines = [`${paint('red', 'error:')} ${printable(error.message)}`]
  for (const { title, output } of outputsOf(error.details)) {
    if (title !== '') lines.push(paint('dim', `  ${printable(title)}`))
    lines.push(...output.map((line) => paint('dim', `  │ ${printable(line)}`)))
  }
  if (error.hint !== '') lines.push(`${paint('cyan', 'hint:')} ${printable(error.hint)}`)
  return `${lines.join('\n')}\n`
}

/** `details.output` (lines a program wrote last) and `details.services` with the `lastLines` of each. */
function outputsOf(details: Record<string, unknown>): { title: string; output: string[] }[] {
  const found: { title: string; output: string[] }[] = []
  if (isLines(details['output'])) found.push({ title: '', output: details['output'] })
  const services = details['services']
  if (Array.isArray(services)) {
    for (const { service, lastLines } of services as { service?: unknown; lastLines?: unknown }[])
      if (isLines(lastLines)) found.push({ title: `last lines of ${String(service)}:`, output: lastLines })
  }
  return found
}

const isLines = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === 'string')
