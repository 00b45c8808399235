import { buildApplication, buildCommand, type CommandContext, run, text_en } from '@stricli/core'
import { closest } from '../../lib/closest.ts'
import { type Argument, type Command, commonFlags, type Flag } from '../command.ts'
import type { CommonFlags } from '../context.ts'
import { usage } from '../failure.ts'
import { usageError } from './usage-error.ts'

/** Flags and arguments of a command, parsed. */
export interface ParsedWords {
  flags: CommonFlags
  args: string[]
}

/** Parses a command's words. Throws USAGE, with what is wrong and how the command is written. */
export async function parseWords(
  command: Command,
  path: readonly string[],
  words: readonly string[],
): Promise<ParsedWords> {
  let parsed: ParsedWords | undefined
  let fault: unknown
  const remember = (error: unknown) => {
    fault ??= error
    return ''
  }
  const definition = {
    docs: { brief: command.brief },
    parameters: {
      flags: stricliFlags(command),
      aliases: letters(command),
      positional: stricliArguments(command.arguments),
    },
    async func(this: CommandContext, flags: CommonFlags, ...args: string[]) {
      parsed = { flags, args }
    },
  }
  // Stricli types every flag by name; these are built from data, so the check ends here.
  const application = buildApplication(buildCommand<never, never>(definition as never), {
    name: 'berth',
    scanner: { caseStyle: 'allow-kebab-for-camel' },
    localization: { text: { ...text_en, exceptionWhileParsingArguments: remember } },
  })
  await run(application, words, { process: { stdout: silent, stderr: silent } })
  if (parsed === undefined) throw usageError(fault, command, path)
  refuseOtherWords(command, parsed.args)
  return parsed
}

/** Arguments that are one of some words. */
function refuseOtherWords(command: Command, args: readonly string[]): void {
  for (const [at, { name, choices }] of command.arguments.entries()) {
    const word = args[at]
    if (choices === undefined || word === undefined || choices.includes(word)) continue
    const near = closest(word, choices)
    const hint = near === undefined ? `one of ${choices.join(', ')}` : `did you mean ${near}?`
    throw usage(`${word} is no ${name}`, hint)
  }
}

/** Stricli tells of faults by writing; ours are told by whoever catches them. */
const silent = { write: () => undefined }

function stricliFlags(command: Command) {
  const { help: _, ...common } = commonFlags
  return Object.fromEntries(
    Object.entries({ ...common, ...command.flags }).map(([name, flag]) => [name, stricliFlag(flag)]),
  )
}

function stricliFlag({ kind, brief, choices }: Flag) {
  if (kind === 'switch') return { kind: 'boolean', brief, default: false, withNegated: false }
  if (kind === 'choice') return { kind: 'enum', brief, values: choices ?? [], optional: true }
  const parse = kind === 'number' ? wholeNumber : String
  return { kind: 'parsed', brief, parse, optional: true, ...(kind === 'list' ? { variadic: true } : {}) }
}

function letters(command: Command) {
  const all = Object.entries({ ...commonFlags, ...command.flags })
  return Object.fromEntries(all.flatMap(([name, { letter }]) => (letter && name !== 'help' ? [[letter, name]] : [])))
}

function stricliArguments(all: readonly Argument[]) {
  const required = all.filter(({ optional }) => !optional).length
  const maximum = all.some(({ repeat }) => repeat) ? undefined : all.length
  const parameter = { brief: '', placeholder: 'argument', parse: String }
  return { kind: 'array', parameter, minimum: required, ...(maximum === undefined ? {} : { maximum }) }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SyntaxError(`${text} is not a whole number`)
  return Number(text)
}
