import { parseEnv } from 'node:util'
import { variablesOf } from './template.ts'

/** Values of a dotenv file, quotes removed, variables in them not filled in. */
export function dotenvValues(text: string): Record<string, string> {
  return parseEnv(text) as Record<string, string>
}

/** Names a dotenv file reads from the shell: a key without a value, and variables in values that are not in single quotes. */
export function dotenvVariables(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const entry = line.trim().replace(/^export\s+/, '')
    if (entry === '' || entry.startsWith('#')) return []
    if (/^[A-Za-z_][\w.]*$/.test(entry)) return [entry]
    return /^[^=:]*[=:]\s*'/.test(entry) ? [] : variablesOf(entry)
  })
}
