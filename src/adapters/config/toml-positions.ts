import { type AST, parseTOML } from 'toml-eslint-parser'

/** Where a key stands in its file, counted from 1. */
export interface Position {
  line: number
  column: number
}

/** A way to find where a key stands in a TOML text: the key itself, else the nearest table around it. */
export function createKeyFinder(text: string): (path: Path) => Position {
  const positions = keyPositions(text)
  return (path) => positionOf(positions, path)
}

type Path = readonly (string | number)[]

/** Every key of the document with where it stands. */
function keyPositions(text: string): { path: Path; at: Position }[] {
  const found: { path: Path; at: Position }[] = []
  const note = (path: Path, node: AST.TOMLNode) =>
    found.push({ path, at: { line: node.loc.start.line, column: node.loc.start.column + 1 } })
  const visitPair = (prefix: Path, pair: AST.TOMLKeyValue) => {
    const names = pair.key.keys.map(keyName)
    pair.key.keys.forEach((key, index) => note([...prefix, ...names.slice(0, index + 1)], key))
    visitValue([...prefix, ...names], pair.value)
  }
  const visitValue = (path: Path, value: AST.TOMLContentNode) => {
    if (value.type === 'TOMLInlineTable') for (const pair of value.body) visitPair(path, pair)
    if (value.type === 'TOMLArray')
      value.elements.forEach((element, index) => {
        note([...path, index], element)
        visitValue([...path, index], element)
      })
  }
  for (const part of parseTOML(text, { tomlVersion: 'next' }).body[0].body) {
    if (part.type === 'TOMLKeyValue') visitPair([], part)
    else {
      part.key.keys.forEach((key, index) => note(part.key.keys.slice(0, index + 1).map(keyName), key))
      note(part.resolvedKey, part.key)
      for (const pair of part.body) visitPair(part.resolvedKey, pair)
    }
  }
  return found
}

const keyName = (key: AST.TOMLBare | AST.TOMLQuoted) => (key.type === 'TOMLBare' ? key.name : key.value)

/** The key itself, else the nearest table around it. */
function positionOf(positions: readonly { path: Path; at: Position }[], path: Path): Position {
  for (let length = path.length; length > 0; length--) {
    const wanted = JSON.stringify(path.slice(0, length))
    const found = positions.find((position) => JSON.stringify(position.path) === wanted)
    if (found) return found.at
  }
  return { line: 1, column: 1 }
}
