import { type Command, commonFlags, type Flag, type Group, isCommand, projectFlag, quietFlag } from '../command.ts'

/** A command line, taken apart: which command, and which words are whose. */
export interface CommandLine {
  /** The words that name the command or group, aliases replaced. */
  path: string[]
  target: Command | Group
  /** Flags and arguments, for the command to parse. */
  words: string[]
  /** The command line of the user's own, or undefined without one. */
  tail: readonly string[] | undefined
  help: boolean
  json: boolean
  /** The first word that names nothing in the group `target`. */
  unknown?: string
}

/** Takes the words after `berth` apart. Flags every command has may stand before its name too. */
export function readLine(
  given: readonly string[],
  root: Group,
  aliases: Readonly<Record<string, string>>,
): CommandLine {
  const dashes = given.indexOf('--')
  const before = dashes === -1 ? given : given.slice(0, dashes)
  const afterDashes = dashes === -1 ? undefined : given.slice(dashes + 1)
  const found = findTarget(before, root, aliases)
  if (isCommand(found.target) && found.target.tail === 'after-arguments') {
    const rest = given.slice(found.end)
    return finish(found, splitPassThrough(rest, found.target.arguments.length))
  }
  return finish(found, { words: before.slice(found.end), tail: afterDashes })
}

interface Found {
  path: string[]
  target: Command | Group
  /** Flags that stood before the command's last word. */
  early: string[]
  /** Index of the first word after the command. */
  end: number
  unknown?: string
}

function findTarget(words: readonly string[], root: Group, aliases: Readonly<Record<string, string>>): Found {
  const found: Found = { path: [], target: root, early: [], end: 0 }
  while (found.target.commands !== undefined && found.end < words.length) {
    const length = flagLength(words, found.end)
    if (length > 0) {
      found.early.push(...words.slice(found.end, found.end + length))
      found.end += length
      continue
    }
    const word = words[found.end] ?? ''
    const name = found.path.length === 0 ? (aliases[word] ?? word) : word
    const next = Object.hasOwn(found.target.commands, name) ? found.target.commands[name] : undefined
    if (next === undefined) return isCommand(found.target) ? found : { ...found, unknown: word }
    found.path.push(name)
    found.target = next
    found.end++
  }
  return found
}

/** Words a flag that every command has takes at this place, its value included; 0 where none stands. */
function flagLength(words: readonly string[], at: number): number {
  const [name = '', value] = (words[at] ?? '').split('=', 2)
  const flag = Object.entries(allEarly).find(([key, { letter }]) => name === `--${key}` || name === `-${letter}`)?.[1]
  if (flag === undefined) return 0
  return flag.kind === 'switch' || value !== undefined ? 1 : 2
}

/** `--project` is not every command's, but those who type it first mean it for whatever follows. */
const allEarly: Readonly<Record<string, Flag>> = { ...commonFlags, project: projectFlag, quiet: quietFlag }

/** The command's own flags and arguments, and from the word after its last argument on everything else. */
function splitPassThrough(words: readonly string[], count: number): { words: string[]; tail: string[] } {
  let at = 0
  for (let taken = 0; at < words.length && taken < count && words[at] !== '--'; ) {
    const length = flagLength(words, at)
    if (length === 0) taken++
    at += Math.max(1, length)
  }
  const rest = words.slice(at)
  return { words: words.slice(0, at), tail: rest[0] === '--' ? rest.slice(1) : [...rest] }
}

function finish(
  { path, target, early, unknown }: Found,
  split: { words: string[]; tail: readonly string[] | undefined },
) {
  const words = [...early, ...split.words]
  return {
    path,
    target,
    words: words.filter((word) => word !== '--help' && word !== '-h'),
    tail: split.tail,
    help: words.includes('--help') || words.includes('-h'),
    json: words.includes('--json'),
    ...(unknown === undefined ? {} : { unknown }),
  }
}
