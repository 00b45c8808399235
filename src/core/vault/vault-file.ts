import { parseEnv } from 'node:util'
import { AppError } from '../errors.ts'
import { decodeEncrypted, looksEncrypted } from './encrypted-value.ts'
import type { Recipient } from './model.ts'

/** One line of a vault file; those that hold no value stay as they are. */
type VaultLine = { kind: 'text'; text: string } | { kind: 'value'; key: string; raw: string }

/** A vault file: a dotenv file whose values are encrypted one by one, and whose header says for whom. */
export interface VaultDocument {
  lines: readonly VaultLine[]
}

const title =
  '# berth vault 1. Values are encrypted with age (age-encryption.org), keys and comments are not: commit this file.'
const recipientLine = /^#\s*recipient\s+(\S+)(?:\s+(.*\S))?\s*$/
const valueLine = /^\s*(?:export\s+)?([^=\s]+)\s*=\s*(.*?)\s*$/

/** What a key may be called: a name of an environment variable. */
export const keyPattern = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A new vault without values. */
export function emptyVault(recipients: readonly Recipient[]): VaultDocument {
  return withRecipients({ lines: [{ kind: 'text', text: title }] }, recipients)
}

/** Reads the text of a vault file. `file` is its name in messages. Throws VAULT_INVALID with every fault and its line. */
export function parseVault(text: string, file: string): VaultDocument {
  const faults: string[] = []
  const seen = new Set<string>()
  const lines = text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line, index): VaultLine => {
      if (/^\s*(#|$)/.test(line)) return { kind: 'text', text: line }
      const [, key = '', raw = ''] = valueLine.exec(line) ?? []
      const fault = faultOf(key, raw) ?? (seen.has(key) ? `${key} is there twice` : undefined)
      if (fault !== undefined) faults.push(`${file}:${index + 1}: ${fault}`)
      seen.add(key)
      return { kind: 'value', key, raw }
    })
  const document = { lines }
  if (recipientsOf(document).length === 0) faults.push(`${file}: no line says who can read it (# recipient age1…)`)
  if (faults.length > 0) throw new AppError('VAULT_INVALID', faults.join('\n'), { details: { faults } })
  return document
}

function faultOf(key: string, raw: string): string | undefined {
  if (key === '') return 'expected KEY=value, a comment or nothing'
  if (!keyPattern.test(key)) return `${key} is no name of an environment variable`
  if (looksEncrypted(raw) && decodeEncrypted(raw) === undefined)
    return `${key} is encrypted in a way this Berth does not know`
  const quote = /^["'`]/.exec(raw)?.[0]
  if (quote !== undefined && !(raw.length > 1 && raw.endsWith(quote)))
    return `${key} goes over several lines; berth secret set takes such a value`
  return undefined
}

/** The file's text. */
export function renderVault({ lines }: VaultDocument): string {
  return `${lines.map((line) => (line.kind === 'text' ? line.text : `${line.key}=${line.raw}`)).join('\n')}\n`
}

/** Who can read the vault, by its header. */
export function recipientsOf({ lines }: VaultDocument): Recipient[] {
  return lines.flatMap((line) => {
    const [, key, name = ''] = (line.kind === 'text' && recipientLine.exec(line.text)) || []
    return key === undefined ? [] : [{ key, name }]
  })
}

/** The same vault with another header; values stay as they are. */
export function withRecipients({ lines }: VaultDocument, recipients: readonly Recipient[]): VaultDocument {
  const isRecipient = (line: VaultLine) => line.kind === 'text' && recipientLine.test(line.text)
  const first = lines.findIndex(isRecipient)
  const header = recipients.map(({ key, name }) => ({
    kind: 'text' as const,
    text: `# recipient ${key} ${name}`.trimEnd(),
  }))
  const at = first < 0 ? lines.findIndex((line) => line.kind === 'value' || line.text === '') : first
  const place = at < 0 ? lines.length : at
  const rest = (part: readonly VaultLine[]) => part.filter((line) => !isRecipient(line))
  return { lines: [...rest(lines.slice(0, place)), ...header, ...rest(lines.slice(place))] }
}

/** The values as they stand in the file, encrypted or not, quotes taken off. */
export function rawValues({ lines }: VaultDocument): Map<string, string> {
  const values = lines.flatMap((line) => (line.kind === 'value' ? [[line.key, unquote(line)] as const] : []))
  return new Map(values)
}

const unquote = ({ key, raw }: { key: string; raw: string }) =>
  looksEncrypted(raw) ? raw : (parseEnv(`${key}=${raw}`)[key] ?? '')

/** The same vault with some values set (a string) or taken out (null); every other line stays. */
export function withValues({ lines }: VaultDocument, changes: ReadonlyMap<string, string | null>): VaultDocument {
  const known = new Set(lines.flatMap((line) => (line.kind === 'value' ? [line.key] : [])))
  const kept = lines.flatMap((line): VaultLine[] => {
    if (line.kind === 'text' || !changes.has(line.key)) return [line]
    const raw = changes.get(line.key) ?? null
    return raw === null ? [] : [{ kind: 'value', key: line.key, raw }]
  })
  const added = [...changes].flatMap(([key, raw]) =>
    raw === null || known.has(key) ? [] : [{ kind: 'value' as const, key, raw }],
  )
  return { lines: [...kept, ...added] }
}
