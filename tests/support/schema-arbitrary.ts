import type { Arbitrary } from 'fast-check'
import * as fc from 'fast-check'

/** JSON Schema as zod writes it, as far as the contract uses it. */
export interface JsonSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  maxItems?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
}

/** Texts that have been somebody's undoing. */
const nasty = [
  '',
  ' ',
  '.',
  '..',
  '/',
  '../..',
  '-',
  '--',
  '-rf',
  '~',
  '$(id)',
  "'",
  '"',
  '%00',
  '\u001b[2J',
  '\n',
  'tea',
  'shop',
  'shop/tea',
  'local',
  '/etc/passwd',
  '/tmp/berth-fuzz',
  'HEAD',
  '0',
  '-1',
  '1h',
  'null',
  '__proto__',
  'constructor',
  '😀',
  'a'.repeat(300),
]

/** Values a schema describes, the odd ones first among them. */
export function arbitraryOf(schema: JsonSchema): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(arbitraryOf))
  switch (schema.type) {
    case 'string':
      return stringOf(schema)
    case 'integer':
      return fc.integer({
        min: bound(schema.minimum, schema.exclusiveMinimum, -1000),
        max: Math.min(schema.maximum ?? 1e9, 1e9),
      })
    case 'number':
      return fc.double({
        min: schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1e9 : 1e-9),
        max: 1e9,
        noNaN: true,
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 4, 4) })
    case 'object':
      return objectOf(schema)
    default:
      return fc.jsonValue()
  }
}

function stringOf({ minLength = 0, maxLength = 1000, pattern }: JsonSchema): Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  const known = nasty.filter((text) => text.length >= minLength && text.length <= maxLength)
  const any = fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 60) })
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: any })
}

function objectOf({ properties = {}, required = [], additionalProperties }: JsonSchema): Arbitrary<unknown> {
  const known = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, arbitraryOf(schema)]))
  const record = fc.record(known, { requiredKeys: required.filter((key) => key in known) })
  if (typeof additionalProperties !== 'object' || Object.keys(known).length > 0) return record
  return fc.dictionary(fc.string({ maxLength: 20 }), arbitraryOf(additionalProperties), { maxKeys: 3 })
}

const bound = (minimum: number | undefined, exclusive: number | undefined, otherwise: number) =>
  minimum ?? (exclusive === undefined ? otherwise : exclusive + 1)
