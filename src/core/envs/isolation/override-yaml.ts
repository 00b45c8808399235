import { Document, isScalar, visit } from 'yaml'

/** A value that Compose (2.24 and newer) takes in place of what the files before it said, or that removes it. */
export class Tagged {
  readonly tag: '!reset' | '!override'
  readonly value: unknown

  constructor(tag: '!reset' | '!override', value: unknown) {
    this.tag = tag
    this.value = value
  }
}

/** Takes the place of what was there; without it Compose merges maps and appends to lists. */
export const replaceBy = (value: unknown): Tagged => new Tagged('!override', value)

/** Removes what was there. */
export const remove = (): Tagged => new Tagged('!reset', null)

/**
 * A compose file as YAML text. Values are literal: `$` is doubled, since Compose interpolates values (not keys), and
 * strings are quoted, since `22:22`, `on` and `1e3` are no strings to every YAML reader.
 */
export function renderOverride(content: object, comment: string): string {
  const document = new Document(plain(content))
  tagNodes(document, content)
  visit(document, {
    Scalar(key, node) {
      if (key !== 'key' && typeof node.value === 'string') node.value = node.value.replaceAll('$', '$$$$')
    },
  })
  document.commentBefore = ` ${comment}`
  return document.toString({ defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE', lineWidth: 0 })
}

/** The same value without its tags. */
function plain(value: unknown): unknown {
  if (value instanceof Tagged) return plain(value.value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}

function tagNodes(document: Document, value: unknown, path: string[] = []): void {
  if (value instanceof Tagged) {
    const node = document.getIn(path, true)
    if (isScalar(node) || typeof node === 'object') Object.assign(node ?? {}, { tag: value.tag })
    tagNodes(document, value.value, path)
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) tagNodes(document, each, [...path, key])
  }
}
