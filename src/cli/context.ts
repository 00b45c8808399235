import type { Client } from '../client/client.ts'
import type { Output } from '../contract/routes.ts'
import type { Ui } from './ui/ui.ts'

/** What every command may use: the world narrowed to what a command needs of it. */
export interface BerthContext {
  process: NodeJS.Process
  env: Record<string, string | undefined>
  /** Absolute path the user stands in. */
  directory: string
  /** The command line of the user's own: what stood after `--`, or undefined without it. */
  tail: readonly string[] | undefined
  /** The machine it is done on, where that is another one. */
  away?: Away | undefined
  ui: Ui
  /** The client of a machine of the context that is meant; `local` unless named. Throws MACHINE_NOT_CONNECTED once it is asked something. */
  client(machine?: string, context?: string): Promise<Client>
  /** Runs another command line as if it had been typed; returns its exit code. */
  berth(words: readonly string[]): Promise<number>
  /** Aborts on the first Ctrl-C. */
  signal: AbortSignal
}

/** What of this machine a command means that is done on another one. */
export interface Away {
  machine: string
  context: string
  /** The project the user stands in. */
  project: string | undefined
  /** What its copies on other machines are known by. */
  mirror: Output<'project.find'>['mirror']
}

/** Flags every command has; they may stand anywhere before `--`. */
export interface CommonFlags {
  json: boolean
  yes: boolean
  on?: string
  context?: string
}
