import type { BerthContext, CommonFlags } from './context.ts'

/** What a command hands back to be shown. */
export interface Outcome {
  /** The `data` of the JSON document; its schema is in src/contract/outputs.ts. Absent where the command is a stream. */
  data: unknown
  /** The result for people, on stdout; nothing when absent. */
  text?: string
  /** The text is somebody's data (a patch, a path): where it does not go to a terminal it is written as it is. */
  exact?: boolean
  /** 0 when absent; a child's own code for exec and the like. */
  exitCode?: number
}

/** Where the shell finds values for a flag or an argument. */
export type Completion =
  | 'env'
  | 'service'
  | 'project'
  | 'session'
  | 'machine'
  | 'context'
  | 'agent'
  | 'directory'
  | 'file'

/** A flag, as data. */
export interface Flag {
  kind: 'switch' | 'text' | 'list' | 'number' | 'choice'
  brief: string
  /** What stands for its value in help. */
  placeholder?: string
  /** Short form, one letter. */
  letter?: string
  /** The values of a choice. */
  choices?: readonly string[]
  complete?: Completion
}

/** An argument, as data; `repeat` (the last one only) takes all that follow. */
export interface Argument {
  name: string
  brief: string
  optional?: boolean
  repeat?: boolean
  choices?: readonly string[]
  complete?: Completion
}

/** A command line and what it does. */
export type Example = readonly [command: string, meaning: string]

/** A command: its description as data, and a thin handler whose outcome or failure is shown in one place. */
export interface Command {
  /** Name in the JSON envelope, `env.up`. */
  name: string
  brief: string
  /** More for `--help`: paragraphs, apart by an empty line. */
  details?: string
  /** How it is written, where its arguments do not say it: what follows its name. */
  forms?: readonly string[]
  examples: readonly Example[]
  flags: Readonly<Record<string, Flag>>
  arguments: readonly Argument[]
  /**
   * A command line of the user's. `after-dashes`: what stands after `--`. `after-arguments`: everything behind the
   * command's own arguments, flags included.
   */
  tail?: 'after-dashes' | 'after-arguments'
  /** Commands below its name; a word that names none of them is its own argument. */
  commands?: Readonly<Record<string, Command>>
  /** Neither help nor completion shows it. */
  hidden?: boolean
  run(context: BerthContext, flags: CommonFlags, ...args: string[]): Promise<Outcome>
}

/** Commands below one word, `berth daemon …`. */
export interface Group {
  brief: string
  commands: Readonly<Record<string, Command | Group>>
}

interface Definition<F, A extends readonly (string | undefined)[]>
  extends Omit<Command, 'flags' | 'arguments' | 'examples' | 'run'> {
  examples?: readonly Example[]
  /** `yes` too, where the command asks. */
  flags?: { readonly [K in keyof F]-?: Flag } & { readonly yes?: Flag }
  arguments?: readonly Argument[]
  run(context: BerthContext, flags: F & CommonFlags, ...args: A): Promise<Outcome>
}

/** Declares a command; only fixes the types: F are the flags' values, A the arguments. */
export function defineCommand<F = object, A extends readonly (string | undefined)[] = []>(
  definition: Definition<F, A>,
): Command {
  return { examples: [], flags: {}, arguments: [], ...definition } as unknown as Command
}

/** Whether an entry of the registry is a command, and not a group of them. */
export const isCommand = (entry: Command | Group): entry is Command => 'run' in entry

/** A switch: absent is off. */
export const switchFlag = (brief: string, letter?: string): Flag => ({ kind: 'switch', brief, ...short(letter) })

/** A flag that takes a text. */
export const textFlag = (brief: string, placeholder: string, complete?: Completion): Flag => ({
  kind: 'text',
  brief,
  placeholder,
  ...(complete === undefined ? {} : { complete }),
})

/** A flag that may be given several times. */
export const listFlag = (brief: string, placeholder: string, complete?: Completion): Flag => ({
  ...textFlag(brief, placeholder, complete),
  kind: 'list',
})

/** A flag that takes a whole number. */
export const numberFlag = (brief: string, placeholder: string, letter?: string): Flag => ({
  kind: 'number',
  brief,
  placeholder,
  ...short(letter),
})

/** A flag that takes one of these words. */
export const choiceFlag = (brief: string, choices: readonly string[]): Flag => ({
  kind: 'choice',
  brief,
  choices,
  placeholder: choices.join('|'),
})

const short = (letter: string | undefined) => (letter === undefined ? {} : { letter })

/** The flag every env command has. */
export const projectFlag = textFlag('the project, where the directory does not say', 'name', 'project')

/** The flag every list has. */
export const quietFlag = switchFlag('names only', 'q')

/** The flag of every command that asks before it destroys. */
export const yesFlag = switchFlag('do not ask', 'y')

/** The name of an env that exists. */
export const envArgument: Argument = { name: 'env', brief: 'the env, or project/env', complete: 'env' }

/** Services of that env; none means all. */
export const servicesArgument: Argument = {
  name: 'service',
  brief: 'only these services',
  optional: true,
  repeat: true,
  complete: 'service',
}

/** Flags every command has. */
export const commonFlags: Readonly<Record<string, Flag>> = {
  on: textFlag('the machine to do it on', 'machine', 'machine'),
  json: switchFlag('print one JSON document'),
  context: textFlag('the context', 'name', 'context'),
  yes: yesFlag,
  help: switchFlag('show this', 'h'),
}
