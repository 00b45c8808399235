import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../core/errors.ts'
import { appendCommand, type SshTarget } from './commands.ts'
import { sshFailure } from './failures.ts'

/** Adds what is in `file` from `offset` on to the end of a file there. Throws MACHINE_UNREACHABLE when the connection breaks, DISK_FULL. */
export async function appendFile(
  target: SshTarget,
  { file, offset, there, signal }: { file: string; offset: number; there: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const [program = '', ...args] = appendCommand(target, there)
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], ...(signal === undefined ? {} : { signal }) })
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  // a peer that closes early (a full disk there) breaks the pipe; why is on stderr
  const sent = pipeline(createReadStream(file, { start: offset }), child.stdin).catch(() => undefined)
  const [exitCode] = await Promise.all([ended, sent])
  signal?.throwIfAborted()
  if (exitCode === 0) return
  const stderr = Buffer.concat(said).toString('utf8')
  if (/No space left|Disk quota exceeded/.test(stderr))
    throw new AppError('DISK_FULL', `no space is left on ${target.destination}`, { hint: 'free some space there' })
  throw sshFailure(target.destination, stderr)
}
