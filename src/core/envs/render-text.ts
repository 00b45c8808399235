import type { RenderRule } from '../config/model.ts'

/** Values by name: `BERTH_ENV` → `feat-a`. */
export type Tokens = Readonly<Record<string, string>>

export interface Rendered {
  text: string
  /** Tokens without a value, with the line (from 1) they stand on. */
  unknown: { token: string; line: number }[]
}

/** `${BERTH_ENV}`, also as `${CILO_ENV}`; a `$` before it keeps it: `$${BERTH_ENV}` becomes `${BERTH_ENV}`. */
const token = /(\$?)\$\{(?:BERTH|CILO)_([A-Za-z0-9_]*)\}/g

/**
 * The text a rule makes of a file: literal replacements first, then tokens. Only `${BERTH_…}` and `${CILO_…}` are
 * tokens: every other `${…}` belongs to the program that reads the file.
 */
export function renderText(text: string, rule: Pick<RenderRule, 'tokens' | 'replace'>, values: Tokens): Rendered {
  const halves = rule.replace.map(({ from, to }) => ({ from: fill(from, values), to: fill(to, values) }))
  const replaced = halves.reduce((result, { from, to }) => result.replaceAll(from.text, () => to.text), text)
  const filled = rule.tokens ? fill(replaced, values) : { text: replaced, unknown: [] }
  // a value of the config has no line in the file
  const ofConfig = halves.flatMap(({ from, to }) =>
    [...from.unknown, ...to.unknown].map((fault) => ({ ...fault, line: 0 })),
  )
  return { text: filled.text, unknown: [...ofConfig, ...filled.unknown] }
}

function fill(text: string, values: Tokens): Rendered {
  const unknown: Rendered['unknown'] = []
  const filled = text.replaceAll(token, (match: string, escape: string, name: string, offset: number) => {
    if (escape !== '') return match.slice(1)
    const value = Object.hasOwn(values, `BERTH_${name}`) ? values[`BERTH_${name}`] : undefined
    if (value === undefined) unknown.push({ token: match, line: text.slice(0, offset).split('\n').length })
    return value ?? match
  })
  return { text: filled, unknown }
}
