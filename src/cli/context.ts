import type { CommandContext } from '@stricli/core'
import type { Client } from '../client/client.ts'
import type { Ui } from './ui/ui.ts'

/** What every command may use: the world narrowed to what a command needs of it. */
export interface BerthContext extends CommandContext {
  process: NodeJS.Process
  env: Record<string, string | undefined>
  /** Absolute path the user stands in. */
  directory: string
  /** What stood after `--`, or undefined without it. */
  tail: readonly string[] | undefined
  ui: Ui
  /** The client of a machine; `local` unless named. Throws MACHINE_NOT_CONNECTED. */
  client(machine?: string): Promise<Client>
  /** Aborts on the first Ctrl-C. */
  signal: AbortSignal
}

/** Flags every command has; they may stand anywhere before `--`. */
export interface CommonFlags {
  json: boolean
  on?: string
  context?: string
}
