/** A piece of text as Compose interpolates it: literal, or a variable with what to do when it is unset. */
type Part = string | { name: string; operator: string; argument: Part[] }

/** Value of a variable; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined

/** Names of the variables that Compose reads for this text: `$A`, `${B}`, `${C:-${D}}`; `$$` is a plain dollar. */
export function variablesOf(text: string): string[] {
  return text.includes('$') ? namesIn(parseTemplate(text)) : []
}

/** The text with its variables filled in, by the rules of Compose; one that is required but missing becomes empty. */
export function interpolate(text: string, lookup: Lookup): string {
  return text.includes('$') ? evaluate(parseTemplate(text), lookup) : text
}

function namesIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name, ...namesIn(part.argument)]))
}

function evaluate(parts: readonly Part[], lookup: Lookup): string {
  return parts.map((part) => (typeof part === 'string' ? part : substitute(part, lookup))).join('')
}

function substitute({ name, operator, argument }: Exclude<Part, string>, lookup: Lookup): string {
  const value = lookup(name)
  const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
  if (operator.endsWith('+')) return isSet ? evaluate(argument, lookup) : ''
  if (operator.endsWith('-') && !isSet) return evaluate(argument, lookup)
  return value ?? ''
}

const opening = /\$(?:(?<escaped>\$)|(?<named>[A-Za-z_]\w*)|\{(?<braced>[A-Za-z_]\w*)(?<operator>:?[-?+])?)/y

function parseTemplate(text: string): Part[] {
  return parseUntil(text, 0, false).parts
}

/** Parses up to the end of the text, or (inside braces) past the next `}` that closes them. */
function parseUntil(text: string, start: number, isInside: boolean): { parts: Part[]; end: number } {
  const parts: Part[] = []
  let at = start
  while (at < text.length) {
    if (isInside && text[at] === '}') return { parts, end: at + 1 }
    opening.lastIndex = at
    const match = text[at] === '$' ? opening.exec(text) : null
    const { escaped, named, braced, operator = '' } = match?.groups ?? {}
    const after = at + (match?.[0].length ?? 1)
    if (braced !== undefined) {
      const inner = parseUntil(text, after, true)
      parts.push({ name: braced, operator, argument: inner.parts })
      at = inner.end
    } else {
      parts.push(named === undefined ? (escaped ?? text.slice(at, after)) : { name: named, operator: '', argument: [] })
      at = after
    }
  }
  return { parts, end: at }
}
