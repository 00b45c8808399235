import type { Host, MachineAddress, MachineConnection, MachineWays } from '../../core/ports.ts'
import { appendFile } from './append-file.ts'
import { resolveCommand, type SshTarget, terminalCommand, terminalScript } from './commands.ts'
import { type ConnectionTarget, findConnection, openConnection, type SshConnection } from './connection.ts'
import { acceptKey, shownKeys } from './host-keys.ts'
import { createSshHost } from './ssh-host.ts'

interface WaysDeps {
  /** Where ssh itself runs. */
  local: Host
  /** What it runs in; BERTH_SSH_CONFIG names another config file than the user's. */
  environment: NodeJS.ProcessEnv
}

/** The way to other machines with OpenSSH: the user's own config, agent, jump hosts and known_hosts. */
export function createSshWays({ local, environment }: WaysDeps): MachineWays {
  const config = environment['BERTH_SSH_CONFIG'] || undefined
  const targetOf = ({ destination, control, agent }: MachineAddress): ConnectionTarget => ({
    destination,
    control,
    config,
    env: agent === undefined ? environment : { ...environment, SSH_AUTH_SOCK: agent },
  })
  return {
    connect: async (address) => wrap(local, targetOf(address), await openConnection(local, targetOf(address))),
    async find(address) {
      const target = targetOf(address)
      const found = await findConnection(local, target)
      return found && wrap(local, target, found)
    },
    hostKeys: async (address) => (await shownKeys(local, targetOf(address))).keys,
    acceptHostKey: (address, fingerprint) => acceptKey(local, targetOf(address), fingerprint),
    hostName: (address) => resolveHostName(local, targetOf(address)),
    terminal: (address, { tty, ...command }) => terminalCommand(targetOf(address), terminalScript(command), tty),
  }
}

/** `hostname` of `ssh -G`; the destination itself where ssh says nothing. */
async function resolveHostName(local: Host, target: ConnectionTarget): Promise<string> {
  const { stdout } = await local.run(resolveCommand(target), { timeoutMs: 5000 })
  return /^hostname (\S+)$/m.exec(stdout)?.[1] ?? target.destination
}

function wrap(local: Host, target: SshTarget, connection: SshConnection): MachineConnection {
  return {
    host: createSshHost(local, target),
    isAlive: connection.isAlive,
    forward: (listen, connect) => connection.forward({ listen, connect }),
    unforward: (listen, connect) => connection.unforward({ listen, connect }),
    append: (file, offset, there, signal) => appendFile(target, { file, offset, there, signal }),
    close: connection.close,
  }
}
