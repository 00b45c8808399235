import * as z from 'zod'
import { closest } from '../../lib/closest.ts'
import { AppError } from '../errors.ts'
import type { ConfigFault } from './model.ts'
import { dottedKey } from './trace.ts'

/** A fault and the keys that lead to it, before anybody knows where in the file that is. */
export interface PathFault {
  path: (string | number)[]
  message: string
}

/** Every fault of a value against its schema: wrong types in words, unknown keys with what was probably meant. */
export function findFaults(schema: z.ZodType, value: unknown): PathFault[] {
  const result = schema.safeParse(value)
  return result.success ? [] : result.error.issues.flatMap((issue) => describeIssue(schema, value, issue))
}

/** The error that shows all faults of all files at once. */
export function configInvalid(faults: readonly ConfigFault[]): AppError {
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
  const files = [...new Set(faults.map((fault) => fault.file))].join(' and ')
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  const have = files.includes(' and ') ? 'have' : 'has'
  return new AppError('CONFIG_INVALID', `${files} ${have} ${count}:\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    details: { faults },
  })
}

function describeIssue(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): PathFault[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(z.toJSONSchema(schema, { io: 'input' }), path)
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey([...path, key], known) }))
  }
  // a fault inside one branch of a choice says more than the choice's own message
  if (issue.code === 'invalid_union') {
    const deeper = issue.errors.flat().filter((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys')
    if (deeper.length > 0)
      return deeper.flatMap((inner) => describeIssue(schema, value, { ...inner, path: [...path, ...inner.path] }))
  }
  const subject = path.length === 0 ? '' : `${dottedKey(path)}: `
  return [{ path, message: subject + complaint(issue, valueAt(value, path)) }]
}

function complaint(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code === 'invalid_type') return `expected ${nameOfType(issue.expected)}, found ${nameOfType(typeOf(found))}`
  if (issue.code === 'invalid_value') {
    const near = typeof found === 'string' ? closest(found, issue.values.map(String)) : undefined
    const meant = near === undefined ? '' : ` (did you mean ${near}?)`
    return `expected ${issue.values.map((option) => JSON.stringify(option)).join(', ')}${meant}`
  }
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'too_small' && issue.origin !== 'number') return 'must not be empty'
  return issue.message.replace(/^(Invalid input|Too small|Too big): /, '')
}

function unknownKey(path: readonly (string | number)[], known: readonly string[]): string {
  const near = closest(String(path.at(-1)), known)
  const help = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`
  return `unknown key ${dottedKey(path)} (${help})`
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>
  additionalProperties?: SchemaNode | boolean
  items?: SchemaNode
  anyOf?: SchemaNode[]
}

/** Keys a table may have, by the path that leads to it. */
function keysAt(root: unknown, path: readonly (string | number)[]): string[] {
  let nodes = [root as SchemaNode]
  for (const part of path) {
    nodes = nodes
      .flatMap((node) => [node, ...(node.anyOf ?? [])])
      .flatMap((node) => [node.properties?.[part] ?? node.additionalProperties, node.items])
      .filter((node) => typeof node === 'object')
  }
  return nodes.flatMap((node) => [node, ...(node.anyOf ?? [])]).flatMap((node) => Object.keys(node.properties ?? {}))
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<string | number, unknown> | undefined)?.[part], value)
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value instanceof Date ? 'date' : typeof value
}

const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  bigint: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
  record: 'a table',
  date: 'a date',
}
const nameOfType = (type: string) => typeNames[type] ?? type
