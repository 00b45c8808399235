import * as z from 'zod'
import * as contractSchemas from '../../src/contract/schemas.ts'

// What the contract names gets that name in documents: `envView` is EnvView, once, and not spelt out at each place.
for (const [name, schema] of Object.entries(contractSchemas))
  z.globalRegistry.add(schema, { id: `${name.charAt(0).toUpperCase()}${name.slice(1)}` })

/** Schemas with a name of their own, gathered from all that use them. */
export type SharedSchemas = Record<string, unknown>

/**
 * A schema as JSON Schema, to stand inside a document. What has a name goes to `shared`, and is referred to at `place`
 * (`#/$defs/`).
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', shared: SharedSchemas, place: string): object {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io })
  const moved = (value: object) => JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', `"${place}`)) as object
  for (const [id, definition] of Object.entries($defs)) {
    const { id: _id, ...rest } = definition as { id?: string }
    shared[id] = moved(rest)
  }
  return moved(own)
}
