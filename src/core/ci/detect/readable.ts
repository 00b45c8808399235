import { parse as parseToml, TomlError } from 'smol-toml'
import { configInvalid } from '../../config/faults.ts'
import type { ConfigFault } from '../../config/model.ts'
import type { RepositoryFiles } from './model.ts'

/** What stands at the top of a repository and cannot be read has no checks to offer, and that is no pass. */
const manifests = ['package.json', 'Cargo.toml', 'pyproject.toml', 'composer.json']

/** Throws CONFIG_INVALID where a manifest of the repository itself is none. */
export function requireReadable({ texts }: RepositoryFiles): void {
  const faults = manifests.flatMap((file) => {
    const text = texts.get(file)
    return text === undefined ? [] : (faultOf(file, text) ?? [])
  })
  if (faults.length > 0) throw configInvalid(faults)
}

function faultOf(file: string, text: string): ConfigFault | undefined {
  try {
    if (file.endsWith('.json')) JSON.parse(withoutMark(text))
    else parseToml(text)
    return undefined
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n')
    return { file, key: '', ...placeOf(error as Error, text), message: `cannot be read: ${message}` }
  }
}

/** npm and others read past the mark some editors write first. */
export const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '')

function placeOf(error: Error, text: string): { line: number; column: number } {
  if (error instanceof TomlError) return { line: error.line, column: error.column }
  const [, line, column] = /line (\d+) column (\d+)/.exec(error.message) ?? []
  if (line !== undefined) return { line: Number(line), column: Number(column) }
  // it ends too early
  const lines = text.trimEnd().split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
