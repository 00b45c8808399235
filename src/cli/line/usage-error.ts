import {
  AliasNotFoundError,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import type { ClientError } from '../../client/failure.ts'
import { closest } from '../../lib/closest.ts'
import { type Command, commonFlags, type Group } from '../command.ts'
import { usage } from '../failure.ts'
import { flagName, usageLines } from '../help/usage-line.ts'

/** What Stricli found wrong with a command's words, as an error that says how the command is written. */
export function usageError(fault: unknown, command: Command, path: readonly string[]): ClientError {
  const { message, hint } = explain(fault, command)
  return usage(message, hint ?? usageLines(path, command).join('  or  '))
}

/** A word that names no command. */
export function unknownCommand(
  word: string,
  path: readonly string[],
  group: Group,
  names: readonly string[],
): ClientError {
  const prefix = ['berth', ...path].join(' ')
  if (word.startsWith('-')) return usage(`no flag ${word}`, `${prefix} --help`)
  const near = closest(word, [...names, ...Object.keys(group.commands)])
  return usage(
    `no command ${prefix} ${word}`,
    near === undefined ? `${prefix} --help` : `did you mean ${prefix} ${near}?`,
  )
}

function explain(fault: unknown, command: Command): { message: string; hint?: string } {
  if (fault instanceof FlagNotFoundError) return unknownFlag(fault.input, command)
  if (fault instanceof AliasNotFoundError) return { message: `no flag -${fault.input}` }
  if (fault instanceof EnumValidationError)
    return { message: `--${fault.externalFlagName}: ${fault.input} is none of ${fault.values.join(', ')}` }
  if (fault instanceof ArgumentParseError) {
    const { exception } = fault
    const reason = exception instanceof Error ? exception.message : String(exception)
    return { message: `--${fault.externalFlagNameOrPlaceholder}: ${reason}` }
  }
  if (fault instanceof UnsatisfiedFlagError) return { message: `--${fault.externalFlagName} needs a value` }
  if (fault instanceof UnexpectedFlagError)
    return { message: `--${fault.externalFlagName} is given twice: ${fault.previousInput}, ${fault.input}` }
  if (fault instanceof UnexpectedPositionalError) return { message: `${fault.input} is one argument too many` }
  if (fault instanceof UnsatisfiedPositionalError) return missingArgument(fault, command)
  return { message: fault instanceof Error ? fault.message : String(fault) }
}

function unknownFlag(input: string, command: Command): { message: string; hint?: string } {
  const names = Object.keys({ ...commonFlags, ...command.flags }).map(flagName)
  const near = closest(`--${input}`, names)
  if (near !== undefined) return { message: `no flag --${input}`, hint: `did you mean ${near}?` }
  return { message: `no flag --${input}` }
}

function missingArgument({ limit }: UnsatisfiedPositionalError, command: Command): { message: string } {
  const missing = command.arguments.filter(({ optional }) => !optional).slice(limit?.[1] ?? 0)
  return { message: `${missing.map(({ name }) => name).join(' and ')} is missing` }
}
