import { quoteCommand } from '../../lib/quote.ts'
import type { FileState, ResolverStep } from './resolver-model.ts'

/** Lines that stay on either side of what changes. */
const CONTEXT = 3

/** What a step does, as lines for people: a file with its changed lines as in a diff, or a command with its purpose. */
export function describeStep(step: ResolverStep): string[] {
  if (step.kind === 'run') return [`run ${quoteCommand(step.argv)}`, `  (${step.purpose})`]
  const { path, before, after } = step
  if (after.kind === 'directory') return [`make ${path}/`]
  if (after.kind === 'absent') return [`remove ${path}`]
  if (after.kind === 'link') return [`make ${path} a link to ${after.target}`]
  const verb = before.kind === 'absent' ? 'write' : 'change'
  const was = before.kind === 'link' ? [`  - (link to ${before.target})`] : []
  return [`${verb} ${path}`, ...was, ...changedLines(linesOf(before), linesOf(after)).map((line) => `  ${line}`)]
}

function linesOf(state: FileState): string[] {
  if (state.kind !== 'file' || state.content === '') return []
  return Buffer.from(state.content, 'latin1').toString().replace(/\n$/, '').split('\n')
}

/** Both texts as one: what they share at either end once, what differs between as `-` and `+`. */
function changedLines(before: readonly string[], after: readonly string[]): string[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const kept = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
  return [
    ...kept(after.slice(Math.max(0, head - CONTEXT), head)),
    ...before.slice(head, before.length - tail).map((line) => `- ${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+ ${line}`),
    ...kept(after.slice(after.length - tail, after.length - tail + CONTEXT)),
  ]
}
