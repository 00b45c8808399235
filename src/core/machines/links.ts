import type { MachineConnection } from '../ports.ts'
import type { Link, MachineRecord } from './model.ts'
import type { Raised } from './raise.ts'

/** The connections this daemon keeps: they come back by themselves, and belong to nobody's terminal. */
export interface Links {
  /** Takes up the machines of the store. */
  start(): Promise<void>
  /** Keeps a connection that was made just now. */
  adopt(machine: MachineRecord, raised: Raised, agent?: string): void
  /** How the link to each machine stands, by context and name. */
  list(): { machine: MachineRecord; link: Link }[]
  /**
   * The connection to a machine, made anew where it does not answer. Throws MACHINE_NOT_CONNECTED for one nobody
   * connected, and what connecting may throw.
   */
  open(
    context: string,
    name: string,
    agent?: string,
  ): Promise<{ machine: MachineRecord; connection: MachineConnection }>
  /** Lets go of a machine; its connection is closed. */
  drop(context: string, name: string): Promise<void>
  /** Ends keeping them; with `close` the connections too, else whoever takes the home finds them again. */
  end(options: { close: boolean }): Promise<void>
}
