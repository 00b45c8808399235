import { stripVTControlCharacters } from 'node:util'
import type { Failure, FileOutcome, RunOutcome } from './outcome.ts'

/** Lines of a message that are shown. */
const shownLines = 6
/** A long line is told by its beginning. */
const shownWidth = 300

/** What ends the output of `npm test`: the slowest files, what was skipped, what failed, and the sum; the most important last. */
export function summary({ files, errors }: RunOutcome, slowest = 10): string {
  const sections = [
    section(`slowest files`, slowestOf(files, slowest)),
    section('skipped', files.flatMap(skippedIn)),
    section('failed', [...files.flatMap(failedIn), ...errors.flatMap(failureLines)]),
  ]
  return [...sections, sumOf(files, errors)].filter((text) => text !== '').join('\n\n')
}

/** How many things failed. */
export function countFailed({ files, errors }: RunOutcome): number {
  return errors.length + sum(files.map((file) => failuresCount(file)))
}

/** `12 passed, 1 failed, 2 skipped`. */
export function sumOf(files: readonly FileOutcome[], errors: readonly Failure[] = []): string {
  const passed = sum(files.map((file) => file.passed))
  const failed = countFailed({ files: [...files], errors: [...errors] })
  const skipped = sum(files.map((file) => file.skipped.length))
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? '' : [title, ...lines].join('\n'))
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
/** A test with several errors is one test. */
const failuresCount = ({ failed }: FileOutcome) => new Set(failed.map(({ name }) => name)).size

function slowestOf(files: readonly FileOutcome[], count: number): string[] {
  const sorted = [...files].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, count)
  return sorted.map(
    ({ tier, file, milliseconds }) => `  ${String(Math.round(milliseconds / 1000)).padStart(4)} s  ${tier}  ${file}`,
  )
}

function skippedIn({ tier, file, skipped }: FileOutcome): string[] {
  return skipped.map((name) => `  ${tier}  ${file}  ${name}`)
}

function failedIn({ tier, file, failed }: FileOutcome): string[] {
  return failed.flatMap(({ name, message }) => failureLines({ name: `${tier}  ${file}  ${name}`, message }))
}

function failureLines({ name, message }: Failure): string[] {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const shown = lines.length > shownLines ? [...lines.slice(0, shownLines - 1), ...lines.slice(-1)] : lines
  return [`  ${name}`, ...shown.map((line) => `      ${line.slice(0, shownWidth)}`)]
}
