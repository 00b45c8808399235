import { isNode, LineCounter, parseDocument } from 'yaml'
import { ciloSchema, fromCilo } from '../../core/config/cilo.ts'
import { configInvalid, findFaults } from '../../core/config/faults.ts'
import { type ConfigDocument, configSchema } from '../../core/config/schema.ts'

/** Reads a `.cilo/config.yml`. Throws CONFIG_INVALID with every fault's line and column. */
export function readCilo(text: string, file: string, ignored: readonly string[]): ConfigDocument {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter })
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (document.errors.length > 0)
    throw configInvalid(
      document.errors.map((error) => ({
        ...place(error.pos[0]),
        key: '',
        message: error.message.split(' at line')[0] ?? '',
      })),
    )
  const value: unknown = document.toJS() ?? {}
  const faults = findFaults(ciloSchema, value).map(({ path, message }) => {
    const node = document.getIn(path, true)
    return { ...place((isNode(node) ? node.range?.[0] : undefined) ?? 0), key: path.join('.'), message }
  })
  if (faults.length > 0) throw configInvalid(faults)

  const converted = fromCilo(ciloSchema.parse(value), ignored)
  const unusable = findFaults(configSchema, converted)
  if (unusable.length > 0)
    throw configInvalid(unusable.map(({ path, message }) => ({ ...place(0), key: path.join('.'), message })))
  return converted
}
