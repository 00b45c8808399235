import { mkdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import { controlCommand, type Forward, forwardCommand, masterCommand, type SshTarget } from './commands.ts'
import { sshFailure } from './failures.ts'

/** The one SSH connection to a machine, which all commands and forwards share. A process of its own: it outlives berthd. */
export interface SshConnection {
  /** Process id of the ssh that holds it. */
  pid: number
  /** Whether that ssh still runs. */
  isAlive: () => boolean
  /** Has a local socket lead to one over there. Throws MACHINE_UNREACHABLE. */
  forward(forward: Forward): Promise<void>
  unforward(forward: Forward): Promise<void>
  /** Ends it and everything that runs over it. */
  close: () => Promise<void>
}

/** How long a connection may take in all, ms: name, jump hosts and login too, where ConnectTimeout counts only the first packet. */
const longestLogin = 30_000

/** What a connection is made with: where to, and the path of its control socket. */
export type ConnectionTarget = SshTarget & {
  control: string
  /** The environment ssh runs in, its agent's socket among it; this process's own when absent. */
  env?: NodeJS.ProcessEnv | undefined
}

/** Connects. Throws what the way there may fail with; never asks anything. */
export async function openConnection(local: Host, target: ConnectionTarget): Promise<SshConnection> {
  mkdirSync(dirname(target.control), { recursive: true, mode: 0o700 })
  rmSync(target.control, { force: true })
  const { exitCode, timedOut, said } = await startMaster(local, target)
  if (timedOut)
    throw new AppError('MACHINE_UNREACHABLE', `${target.destination} did not finish the SSH login within 30 s`)
  if (exitCode !== 0) throw sshFailure(target.destination, said)
  const connection = await findConnection(local, target)
  if (connection === undefined) throw sshFailure(target.destination, `${said}\nthe connection broke at once`)
  return connection
}

/**
 * Starts the ssh that stays in the background, and returns what it said. Into a file: the ssh to a jump host, or another
 * ProxyCommand, keeps its stderr open for as long as the connection stands, and who waits for its end waits for ever.
 */
async function startMaster(local: Host, target: ConnectionTarget) {
  const log = `${target.control}.said`
  const argv = ['/bin/sh', '-c', 'exec "$@" 2>"$0"', log, ...masterCommand(target)]
  const { exitCode, timedOut } = await local.run(argv, {
    timeoutMs: longestLogin,
    ...(target.env === undefined ? {} : { env: target.env }),
  })
  const said = await readFile(log, 'utf8').catch(() => '')
  rmSync(log, { force: true })
  return { exitCode, timedOut, said }
}

/** The connection that stands already, be it from an earlier berthd; undefined where there is none. */
export async function findConnection(local: Host, target: ConnectionTarget): Promise<SshConnection | undefined> {
  const { stderr } = await local.run(controlCommand(target.control, 'check'), { timeoutMs: 5000 })
  const pid = Number(/\(pid=(\d+)\)/.exec(stderr)?.[1])
  return Number.isInteger(pid) && pid > 1 ? connectionOf(local, target, pid) : undefined
}

/** Connects where no connection stands. Throws what the way there may fail with. */
export async function ensureConnection(local: Host, target: ConnectionTarget): Promise<void> {
  if ((await findConnection(local, target)) === undefined) await openConnection(local, target)
}

function connectionOf(local: Host, { control, destination }: ConnectionTarget, pid: number): SshConnection {
  const ask = async (verb: 'forward' | 'cancel', forward: Forward) => {
    const { exitCode, stderr } = await local.run(forwardCommand(control, verb, forward), { timeoutMs: 10_000 })
    if (exitCode !== 0 && verb === 'forward')
      throw new AppError('MACHINE_UNREACHABLE', `${destination}: ${forward.listen} cannot be forwarded`, {
        details: { output: stderr.trim().split('\n') },
      })
  }
  return {
    pid,
    isAlive: () => isRunning(pid),
    forward: (forward) => ask('forward', forward),
    unforward: (forward) => ask('cancel', forward),
    async close() {
      await local.run(controlCommand(control, 'exit'), { timeoutMs: 2000 })
      // one that hangs (a stopped process, a dead network) does not hear it
      if (isRunning(pid)) endProcess(pid)
      rmSync(control, { force: true })
    },
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
    process.kill(pid, 'SIGCONT')
  } catch {
    // it ended meanwhile
  }
}
