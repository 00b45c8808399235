import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'

/** A place in a compose file, counted from 1. */
export interface FaultPlace {
  file: string
  line: number
  column: number
  /** What is wrong there, where the YAML reader knows better than Compose. */
  message?: string
}

interface Source {
  file: string
  document: Document
  lines: LineCounter
}

/**
 * Where the fault that Compose complains of stands: Compose names a path in the model or a name, at most, and its line
 * numbers of broken YAML are off. undefined when the words fit no place.
 */
export function locateFault(said: string, texts: readonly { file: string; text: string }[]): FaultPlace | undefined {
  const sources = texts.map(({ file, text }) => {
    const lines = new LineCounter()
    return {
      file,
      lines,
      document: parseDocument(text, { lineCounter: lines, logLevel: 'silent', prettyErrors: false }),
    }
  })
  if (/^yaml: /m.test(said)) return locateSyntax(sources)
  const wanted = pathIn(said)
  const places = sources.toReversed().flatMap((source) => {
    const found = wanted && deepest(source.document, wanted)
    return found ? [{ source, ...found }] : []
  })
  const best = places.sort((a, b) => b.depth - a.depth)[0]
  const word = wordIn(said)
  if (best) return placeOf(best.source, offsetOfWord(best.node, word) ?? best.offset)
  for (const source of sources.toReversed()) {
    const offset = offsetOfWord(source.document.contents, word)
    if (offset !== undefined) return placeOf(source, offset)
  }
  return undefined
}

function locateSyntax(sources: readonly Source[]): FaultPlace | undefined {
  for (const source of sources) {
    const [error] = source.document.errors
    if (error) return { ...placeOf(source, error.pos[0]), message: error.message }
  }
  return undefined
}

function placeOf({ file, lines }: Source, offset: number | undefined): FaultPlace {
  const { line, col } = lines.linePos(offset ?? 0)
  return { file, line, column: col }
}

/** `services.web.ports[0]` in the words of Compose, or the service it names. */
function pathIn(said: string): string[] | undefined {
  const path = /\b(?:services|networks|volumes|configs|secrets)(?:\.[\w-]+|\[\d+\])+/.exec(said)?.[0]
  const extra = /Additional property (\S+) is not allowed/.exec(said)?.[1]
  if (path !== undefined)
    return [...path.split(/[.[\]]+/).filter((part) => part !== ''), ...(extra === undefined ? [] : [extra])]
  const service = /service "([^"]+)"/.exec(said)?.[1]
  return service === undefined ? undefined : ['services', service]
}

/** A name or file that Compose could not find. */
function wordIn(said: string): string | undefined {
  const name = /undefined \w+ "?([\w.-]+)"?/.exec(said)?.[1]
  const file = /(?:env file|open) (\S+?):? (?:not found|no such file)/.exec(said)?.[1]
  return name ?? file?.split('/').at(-1)
}

/** The innermost node on the path that is there: where it stands (at its key) and how far down. */
function deepest(
  document: Document,
  path: readonly string[],
): { node: unknown; offset: number; depth: number } | undefined {
  let node: unknown = document.contents
  let found: { node: unknown; offset: number; depth: number } | undefined
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === part) : undefined
    const next: unknown = isSeq(node) ? node.items[Number(part)] : pair?.value
    const at = pair?.key ?? next
    if (!isNode(at)) return found
    node = next
    found = { node, offset: at.range?.[0] ?? 0, depth }
  }
  return found
}

/** Offset of the first key or value below a node that is, or ends with, the word. */
function offsetOfWord(node: unknown, word: string | undefined): number | undefined {
  let offset: number | undefined
  if (!isNode(node) || word === undefined) return undefined
  visit(node, {
    Scalar(_, scalar) {
      const text = String(scalar.value)
      const isIt = text === word || text.endsWith(`/${word}`) || text.startsWith(`${word}:`)
      if (!isIt) return undefined
      offset = scalar.range?.[0]
      return visit.BREAK
    },
  })
  return offset
}
