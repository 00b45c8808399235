import { stat } from 'node:fs/promises'
import { createLocalHost } from '../adapters/host/local-host.ts'
import { sendFiles } from '../adapters/rsync/rsync.ts'
import { sharedShell } from '../adapters/ssh/commands.ts'
import { machineSockets } from '../contract/home.ts'
import { AppError } from '../core/errors.ts'
import type { Links } from '../core/machines/links.ts'
import type { SyncMachine } from '../core/machines/sync/deps.ts'
import { callDaemon } from './machines/ask-daemon.ts'

/** How long one call may take, ms: a first checkout of a large project takes minutes, and a dead connection ends a call by itself. */
const patience = 60 * 60_000

/** Machines as the sync of projects sees them: calls go over the forwarded socket, files over the same connection. */
export function openSyncMachine(home: string, links: Links): (context: string, name: string) => Promise<SyncMachine> {
  const local = createLocalHost()
  return async (context, name) => {
    const known = links.list().some(({ machine }) => machine.context === context && machine.name === name)
    if (!known) await links.open(context, name)
    const { ready, control } = machineSockets(home, context, name)
    const machine = { name, socket: ready }
    // asked whether it answers, it would cost the round trip that the call itself takes
    const prepare: SyncMachine['prepare'] = async (wish) => {
      try {
        return await callDaemon(machine, 'mirror.prepare', wish, patience)
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'MACHINE_UNREACHABLE')) throw error
        await links.open(context, name)
        return callDaemon(machine, 'mirror.prepare', wish, patience)
      }
    }
    return {
      name,
      prepare,
      receive: (update) => callDaemon(machine, 'mirror.receive', update, patience),
      async results(request) {
        await links.open(context, name)
        return callDaemon(machine, 'mirror.results', request, patience)
      },
      sendFiles: (job) => sendFiles(local, name, sharedShell(control), job),
      async fetchFile({ from, to, signal }) {
        const have = await stat(to).then(
          ({ size }) => size,
          () => 0,
        )
        const { connection } = await links.open(context, name)
        const argv = ['tail', '-c', `+${have + 1}`, '--', from]
        const { exitCode, stderr } = await connection.host.run(argv, { appendTo: to, signal })
        if (exitCode === 0) return
        throw new AppError('SYNC_FAILED', `${name}: ${stderr.trim().split('\n')[0] ?? `${from} cannot be read`}`)
      },
    }
  }
}
