import { expect, test } from 'vitest'
import * as z from 'zod'
import { settingsAsWritten } from '../settings/as-written.ts'
import { resolveSettings, settingsSchema } from '../settings/schema.ts'
import { configAsWritten } from './as-written.ts'
import { defaultConfig } from './resolve.ts'
import { configSchema } from './schema.ts'
import { dottedKey, flatten, traceSettings, type WrittenFile } from './trace.ts'

interface Node {
  properties?: Record<string, Node>
}

/** Every key a schema knows that is no table of keys. */
function keysOf(node: Node, path: string[] = []): string[] {
  if (!node.properties) return [path.join('.')]
  return Object.entries(node.properties).flatMap(([key, value]) => keysOf(value, [...path, key]))
}
const keysOfSchema = (schema: z.ZodType) => keysOf(z.toJSONSchema(schema, { io: 'input' }) as Node)

test('every key of config.toml is shown, and no other', () => {
  expect(Object.keys(settingsAsWritten(resolveSettings({}))).sort()).toEqual(keysOfSchema(settingsSchema).sort())
})

test('every key of berth.toml that has a default is shown', () => {
  const later = new Set(['agents', 'image', 'sync', 'ci', 'deploy', 'alerts', 'policy'])
  const keys = keysOfSchema(configSchema).filter((key) => !later.has(key.split('.')[0] ?? ''))
  expect(Object.keys(configAsWritten(defaultConfig())).sort()).toEqual(keys.sort())
})

const file = (path: string, values: Record<string, number | null>): WrittenFile => ({
  path,
  exists: true,
  faults: [],
  values: new Map(Object.entries(values).map(([key, line]) => [key, { value: 'x', line }])),
})

test('the strongest file that says it is where a value comes from, as it says it', () => {
  const files = [file('/weak', { a: 1, b: null }), file('/strong', { a: 7 })]
  expect(traceSettings({ a: 1, b: 2, c: 3 }, files).map(({ value, source }) => [value, source])).toEqual([
    ['x', { kind: 'file', name: '/strong', line: 7 }],
    ['x', { kind: 'file', name: '/weak', line: null }],
    [3, { kind: 'default' }],
  ])
})

test('tables are opened, lists are values, odd keys are quoted', () => {
  const leaves = flatten({ a: { 'b.c': [1, { d: 2 }], e: {} }, f: null })
  expect(leaves.map(({ path, value }) => [dottedKey(path), value])).toEqual([
    ['a."b.c"', [1, { d: 2 }]],
    ['f', null],
  ])
})
