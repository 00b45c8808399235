import { basename } from 'node:path'
import type { HomePaths } from '../core/home/paths.ts'
import type { Files } from '../core/ports.ts'
import { redact, redactValue, secretValues } from '../lib/redact.ts'

/** Keeps secrets out of what the daemon says: its log, failures, progress. */
export interface Redactor {
  text: (text: string) => string
  /** Every string in a JSON value. */
  value: <T>(value: T) => T
  /** From now on the values of these variables that are secrets by their names are known, and masked wherever they stand. */
  learn: (environment: Readonly<Record<string, string>>) => void
  /** The same of values that are secrets whatever they are called. */
  remember: (values: readonly string[]) => void
}

/** How many values are known at most; the oldest are forgotten first. */
const mostKnown = 500

/** A redactor that knows the secrets of one environment. */
export function createRedactor(environment: Readonly<Record<string, string | undefined>>): Redactor {
  const known = new Set(secretValues(environment))
  const remember = (values: readonly string[]) => {
    for (const value of values) if (value !== '') known.add(value)
    for (const value of known) {
      if (known.size <= mostKnown) break
      known.delete(value)
    }
  }
  return {
    text: (text) => redact(text, [...known]),
    value: <T>(value: T) => redactValue(value, [...known]) as T,
    learn: (more) => remember(secretValues(more)),
    remember,
  }
}

/** Files by which the secrets among remembered variables get known: a daemon that starts anew has been told none of them. */
export function learningFiles(files: Files, paths: HomePaths, redactor: Redactor): Files {
  const remembered = basename(paths.variables('any'))
  return {
    ...files,
    async readText(path) {
      const text = await files.readText(path)
      if (text !== undefined && basename(path) === remembered)
        redactor.learn(JSON.parse(text) as Record<string, string>)
      return text
    },
  }
}
