import { buildCommand, type Command } from '@stricli/core'
import { exitCodes } from '../../contract/errors.ts'
import type { BerthContext, CommonFlags } from '../context.ts'
import { toApiError, usage } from '../failure.ts'

/** What a command hands back to be shown. */
export interface Outcome {
  /** The `data` of the JSON document. */
  data: unknown
  /** The result for people, on stdout; nothing when absent. */
  text?: string
  /** 0 when absent; a child's own code for exec and the like. */
  exitCode?: number
}

// biome-ignore lint: the parameter types are Stricli's own, which differ for every flag
type Parameters = Record<string, unknown>

interface Definition<F, A extends readonly unknown[]> {
  /** Name in the JSON envelope, `env.up`. */
  name: string
  brief: string
  /** More for `--help`. */
  full?: string
  flags?: { readonly [K in keyof F]: Parameters }
  aliases?: Record<string, string>
  positional?: Parameters
  run(context: BerthContext, flags: F & CommonFlags, ...args: A): Promise<Outcome>
}

const commonFlags = {
  json: { kind: 'boolean', brief: 'print one JSON document', default: false, withNegated: false },
  on: { kind: 'parsed', parse: String, brief: 'the machine', placeholder: 'machine', optional: true },
  context: { kind: 'parsed', parse: String, brief: 'the context', placeholder: 'name', optional: true },
}

/** A command of the CLI: its description as data, and a thin handler whose outcome or failure is shown in one place. */
export function defineCommand<F = object, A extends readonly unknown[] = []>(
  definition: Definition<F, A>,
): Command<BerthContext> {
  const { name, brief, full, flags = {}, aliases, positional } = definition
  const parameters = { flags: { ...flags, ...commonFlags }, aliases, positional }
  const builder = {
    docs: { brief, ...(full === undefined ? {} : { fullDescription: full }) },
    parameters,
    async func(this: BerthContext, given: F & CommonFlags, ...args: A) {
      const scope = {
        command: name,
        machine: given.on ?? 'local',
        context: given.context ?? 'default',
        json: given.json,
      }
      try {
        if (this.tail !== undefined && !tailCommands.has(name)) throw usage('nothing may stand after -- here')
        const outcome = await definition.run(this, given, ...args)
        this.ui.outcome(scope, outcome)
        this.process.exitCode = outcome.exitCode ?? exitCodes.ok
      } catch (error) {
        this.process.exitCode = this.ui.failure(scope, toApiError(error))
      }
    },
  }
  // Stricli types every flag by name; these are built from data, so the check ends here.
  return buildCommand<never, never, BerthContext>(builder as never)
}

/** Commands that take a command line of the user's after `--`. */
const tailCommands = new Set(['env.exec', 'env.compose', 'env.run', 'env.shell', 'vault.run'])

/** A flag that takes a text. */
export const textFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder, optional: true }) as const

/** A flag that may be given several times. */
export const listFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder, optional: true, variadic: true }) as const

/** A switch. */
export const switchFlag = (brief: string) => ({ kind: 'boolean', brief, default: false, withNegated: false }) as const

/** A flag that takes a whole number. */
export const numberFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: wholeNumber, brief, placeholder, optional: true }) as const

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SyntaxError(`${text} is not a whole number`)
  return Number(text)
}

/** The name of an env, completed live. */
export const envArgument = { brief: 'the env, or project/env', parse: String, placeholder: 'env' } as const

/** The project flag every env command has. */
export const projectFlag = textFlag('the project, where the directory does not say', 'name')
