import type { Clock, MachineWays, Packages, Store } from '../ports.ts'

/** What another machine's berthd says of itself. */
export interface RemoteDaemon {
  version: string
  /** Absolute path of its state. */
  home: string
  /** Absolute path of its socket. */
  socket: string
  /** Identity of its state. */
  id: string
  /** Where its envs get their addresses; older ones do not say. */
  pool?: string | undefined
}

/** What the use cases of machines need. */
export interface MachineDeps {
  store: Pick<Store, 'contexts' | 'machines' | 'addMachine' | 'removeMachine'>
  clock: Clock
  ways: MachineWays
  packages: Packages
  /** Identity of this BERTH_HOME. */
  homeId: string
  version: string
  /** Where the sockets of a machine lie here. */
  machineSockets(context: string, name: string): { socket: string; ready: string; control: string }
  /** Asks the berthd behind a socket who it is. Rejects with an Error when it does not say so in time. */
  askDaemon(socket: string, timeoutMs: number): Promise<RemoteDaemon>
}
