/**
 * Stands in for zod in the built berthd: says the same, and makes a schema when it is first used. The contract declares a
 * thousand of them, of which one command needs one or two; to make them all takes a fifth of the daemon's start and 6 MB.
 */
import type * as zod from 'zod'

type Zod = typeof zod
type Make = () => object

/** Of each schema that stands in, the one it stands for. */
const realOf = new WeakMap<object, Make>()

/** Methods that make a schema of a schema: these wait too. Whatever else is asked for needs the schema itself. */
const making = new Set<PropertyKey>([
  'array',
  'default',
  'describe',
  'extend',
  'int',
  'max',
  'meta',
  'min',
  'nonnegative',
  'nullable',
  'nullish',
  'omit',
  'optional',
  'partial',
  'pick',
  'positive',
  'refine',
  'regex',
  'startsWith',
  'strict',
])

type Method = (...given: unknown[]) => object

/** The fields of an object's schema; to name one needs the schema no more than to make another of it. */
const fieldsOf = (fields: () => Record<PropertyKey, object>): object =>
  new Proxy(
    {},
    {
      get: (_, name) => later(() => fields()[name]!),
      has: (_, name) => name in fields(),
      ownKeys: () => Reflect.ownKeys(fields()),
      getOwnPropertyDescriptor: (_, name) => Object.getOwnPropertyDescriptor(fields(), name),
    },
  )

function later(make: Make): object {
  let made: Record<PropertyKey, unknown> | undefined
  const real = () => (made ??= make() as Record<PropertyKey, unknown>)
  const call = (name: PropertyKey, given: unknown[]) => Reflect.apply(real()[name] as Method, made, given.map(withReal))
  const schema = new Proxy(
    {},
    {
      get(_, name) {
        if (name === 'shape') return fieldsOf(() => real()[name] as Record<PropertyKey, object>)
        if (!making.has(name)) return real()[name]
        // without a text to add, `meta` reads
        return (...given: unknown[]) =>
          given.length > 0 || name !== 'meta' ? later(() => call(name, given)) : call(name, [])
      },
      has: (_, name) => name in real(),
      getPrototypeOf: () => Object.getPrototypeOf(real()) as object,
    },
  )
  realOf.set(schema, real)
  return schema
}

/** A value with the schemas themselves in place of those that stand in: alone, in a list, or as an object's fields. */
function withReal(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const real = realOf.get(value)
  if (real) return real()
  if (Array.isArray(value)) return value.map(withReal)
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withReal(field)]))
}

const awake = () => require('./zod-used.js') as Record<string, Method>
const make = (name: string, given: unknown[]) => awake()[name]!(...given.map(withReal))
const maker = <N extends keyof Zod>(name: N): Zod[N] =>
  ((...given: unknown[]) => later(() => make(name, given))) as unknown as Zod[N]

export const array = maker('array')
export const boolean = maker('boolean')
export const discriminatedUnion = maker('discriminatedUnion')
const enumeration = maker('enum')
export const literal = maker('literal')
export const looseObject = maker('looseObject')
export const number = maker('number')
export const object = maker('object')
export const record = maker('record')
export const strictObject = maker('strictObject')
export const string = maker('string')
export const tuple = maker('tuple')
export const union = maker('union')
export const unknown = maker('unknown')
export { enumeration as enum }
export const toJSONSchema: Zod['toJSONSchema'] = (...given: unknown[]) => make('toJSONSchema', given) as never
