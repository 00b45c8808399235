import type { Client } from '../client/client.ts'
import type { Ui } from './ui/ui.ts'

/** What every command may use: the world narrowed to what a command needs of it. */
export interface BerthContext {
  process: NodeJS.Process
  env: Record<string, string | undefined>
  /** Absolute path the user stands in. */
  directory: string
  /** The command line of the user's own: what stood after `--`, or undefined without it. */
  tail: readonly string[] | undefined
  ui: Ui
  /** The client of a machine; `local` unless named. Throws MACHINE_NOT_CONNECTED. */
  client(machine?: string): Promise<Client>
  /** Runs another command line as if it had been typed; returns its exit code. */
  berth(words: readonly string[]): Promise<number>
  /** Aborts on the first Ctrl-C. */
  signal: AbortSignal
}

/** Flags every command has; they may stand anywhere before `--`. */
export interface CommonFlags {
  json: boolean
  yes: boolean
  on?: string
  context?: string
}
