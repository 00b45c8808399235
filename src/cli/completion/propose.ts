import {
  type Argument,
  type Command,
  type Completion,
  commonFlags,
  type Flag,
  type Group,
  isCommand,
  projectFlag,
} from '../command.ts'
import { flagName } from '../help/usage-line.ts'
import { readLine } from '../line/read-line.ts'

/** A word the shell may put in, and what it means. */
export interface Proposal {
  value: string
  meaning: string
}

/** What may stand at the cursor. */
export interface Proposals {
  /** Known from the registry; those that do not begin with the word are for whoever shows them to leave out. */
  values: Proposal[]
  /** Values only the daemon knows, or the shell (`file`, `directory`). */
  live?: LiveWish
  /** Stands before every value: the `--project=` of `--project=sh`. */
  prefix: string
}

/** Which live values are wanted, and what of the line narrows them. */
export interface LiveWish {
  kind: Completion
  /** The env named before, for its services and sessions. */
  env?: string
  project?: string
  /** The machine named. */
  on?: string
  /** The context named. */
  context?: string
}

/** What may stand at the cursor, after `before` and in place of `current`. */
export function propose(
  before: readonly string[],
  current: string,
  root: Group,
  aliases: Readonly<Record<string, string>>,
): Proposals {
  const line = readLine(before[0] === 'help' ? before.slice(1) : before, root, aliases)
  if (line.unknown !== undefined) return nothing
  if (!isCommand(line.target)) return inGroup(line.target, line.words, current)
  if (line.tail !== undefined && !(line.target.tail === 'after-arguments' && line.tail.length === 0)) return files
  return inCommand(line.target, line.words, current)
}

const nothing: Proposals = { values: [], prefix: '' }
const files: Proposals = { values: [], live: { kind: 'file' }, prefix: '' }

function inGroup({ commands }: Group, words: readonly string[], current: string): Proposals {
  const { yes: _, ...flags } = commonFlags
  const { given, waiting } = scan(words, { ...flags, project: projectFlag })
  if (waiting !== undefined) return valuesOf(flags[waiting] ?? projectFlag, {}, '')
  if (current.startsWith('-')) return { values: flagProposals(flags, Object.keys(given)), prefix: '' }
  return { values: commandProposals(commands), prefix: '' }
}

const commandProposals = (commands: Group['commands']): Proposal[] =>
  Object.entries(commands)
    .filter(([, entry]) => !isCommand(entry) || !entry.hidden)
    .map(([value, { brief }]) => ({ value, meaning: brief }))

function inCommand(command: Command, words: readonly string[], current: string): Proposals {
  const flags = { ...commonFlags, ...command.flags }
  const { args, given, waiting } = scan(words, flags)
  const wish = { env: envOf(command, args), project: given['project'], on: given['on'], context: given['context'] }
  if (waiting !== undefined) return valuesOf(flags[waiting], wish, '')
  const [name = '', value] = current.split('=', 2)
  const key = value === undefined ? undefined : keyOf(name, flags)
  if (key !== undefined) return valuesOf(flags[key], wish, `${name}=`)
  if (current.startsWith('-')) return { values: flagProposals(flags, Object.keys(given)), prefix: '' }
  const argument = command.arguments[args.length] ?? command.arguments.findLast(({ repeat }) => repeat)
  const found = valuesOf(argument, wish, '')
  const below = args.length === 0 ? commandProposals(command.commands ?? {}) : []
  return { ...found, values: [...found.values, ...below] }
}

interface Scanned {
  args: string[]
  /** Flags that stand in the line, with their values. */
  given: Record<string, string>
  /** A flag at the end that still needs its value. */
  waiting?: string
}

function scan(words: readonly string[], flags: Readonly<Record<string, Flag>>): Scanned {
  const scanned: Scanned = { args: [], given: {} }
  for (const word of words) {
    const [name = '', value] = word.split('=', 2)
    const key = keyOf(name, flags)
    if (scanned.waiting !== undefined) {
      scanned.given[scanned.waiting] = word
      delete scanned.waiting
    } else if (key !== undefined && value === undefined && flags[key]?.kind !== 'switch') scanned.waiting = key
    else if (key !== undefined) scanned.given[key] = value ?? ''
    else if (!word.startsWith('-')) scanned.args.push(word)
  }
  return scanned
}

const keyOf = (name: string, flags: Readonly<Record<string, Flag>>) =>
  Object.entries(flags).find(([key, { letter }]) => name === flagName(key) || name === `-${letter}`)?.[0]

function envOf(command: Command, args: readonly string[]): string | undefined {
  const at = command.arguments.findIndex(({ complete }) => complete === 'env')
  return at === -1 ? undefined : args[at]
}

function valuesOf(
  of: Pick<Argument, 'choices' | 'complete'> | undefined,
  narrowing: { [K in keyof Omit<LiveWish, 'kind'>]: string | undefined },
  prefix: string,
): Proposals {
  const values = (of?.choices ?? []).map((value) => ({ value, meaning: '' }))
  if (of?.complete === undefined) return { values, prefix }
  const narrowed = Object.fromEntries(Object.entries(narrowing).filter(([, value]) => value !== undefined))
  return { values, live: { kind: of.complete, ...narrowed }, prefix }
}

function flagProposals(flags: Readonly<Record<string, Flag>>, given: readonly string[]): Proposal[] {
  return Object.entries(flags)
    .filter(([key, { kind }]) => kind === 'list' || !given.includes(key))
    .map(([key, { brief }]) => ({ value: flagName(key), meaning: brief }))
}
