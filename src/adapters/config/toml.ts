import { parse, TomlError } from 'smol-toml'
import type * as z from 'zod'
import { configInvalid, findFaults } from '../../core/config/faults.ts'

/** Reads the text of a TOML file of a schema. `file` is its name in messages. Throws CONFIG_INVALID with every fault's line and column. */
export async function readToml<S extends z.ZodType>(text: string, file: string, schema: S): Promise<z.infer<S>> {
  const value = parseText(text, file)
  const faults = findFaults(schema, value)
  if (faults.length === 0) return schema.parse(value)
  // the parser that knows places is loaded for files with faults only
  const positionOf = (await import('./toml-positions.ts')).createKeyFinder(text)
  const placed = faults.map(({ path, message }) => ({
    file,
    ...positionOf(path),
    key: path.join('.'),
    message,
  }))
  throw configInvalid(placed.sort((one, other) => one.line - other.line || one.column - other.column))
}

function parseText(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // the message goes on with a drawing of the lines around the fault
    const message = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '') ?? 'not TOML'
    throw configInvalid([{ file, line: error.line, column: error.column, key: '', message }])
  }
}
