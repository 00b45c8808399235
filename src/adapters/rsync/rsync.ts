import { AppError } from '../../core/errors.ts'
import type { SendJob } from '../../core/machines/sync/deps.ts'
import type { Host } from '../../core/ports/host.ts'
import type { ExecResult } from '../../lib/exec.ts'
import { sendListed } from './commands.ts'

/** Runs rsync here towards a machine that `shell` leads to (null: this one). Throws SYNC_FAILED, DISK_FULL, MACHINE_UNREACHABLE, TOOL_MISSING. */
export async function sendFiles(
  host: Host,
  machine: string,
  shell: readonly string[] | null,
  job: SendJob,
): Promise<void> {
  const { from, to, paths, mirror, signal } = job
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1')
  const argv = sendListed({ directory: to, shell }, { mirror })
  const result = await host.run(argv, { cwd: from, input, signal, env: { ...process.env, LC_ALL: 'C' } })
  // 24: something vanished while it was read; the next sync sees that
  if (result.exitCode === 0 || result.exitCode === 24) return
  throw failure(machine, result)
}

function failure(machine: string, { exitCode, stderr }: ExecResult): AppError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const details = { lines: lines.slice(-10) }
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    return new AppError('DISK_FULL', `no space is left on ${machine}`, { details })
  if (/rsync: (?:command )?not found|rsync: No such file/.test(stderr) || exitCode === 127)
    return new AppError('TOOL_MISSING', `rsync is not installed on ${machine}`, {
      details,
      hint: `install rsync there (berth machine bootstrap ${machine})`,
    })
  if (exitCode === 255 || exitCode === 12 || exitCode === 30 || exitCode === 35)
    return new AppError('MACHINE_UNREACHABLE', `the connection to ${machine} broke while files were sent`, {
      details,
      hint: 'run it again: it goes on where it stopped',
    })
  return new AppError(
    'SYNC_FAILED',
    `files could not be sent to ${machine}: ${lines[0] ?? `rsync ended with ${exitCode}`}`,
    {
      details,
    },
  )
}
