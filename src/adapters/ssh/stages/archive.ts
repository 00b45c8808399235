import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { AppError } from '../../../core/errors.ts'
import { lastLine } from '../../../lib/last-line.ts'
import { runCommand } from '../commands.ts'
import type { ConnectionTarget } from '../connection.ts'
import { sshFailure } from '../failures.ts'
import { shellWords } from './channels.ts'

/** A mirror on another machine. */
export interface ArchiveTarget {
  target: ConnectionTarget
  /** Absolute, there. */
  tree: string
}

/** Sends files below `root` as one archive over one channel to a script there; returns what that said. */
export async function sendArchive(
  { target, script, words }: ArchiveTarget & { script: string; words: readonly string[] },
  root: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const recursion = paths.includes('.') ? [] : ['--no-recursion']
  const pack = spawn('tar', ['-C', root, ...recursion, '--null', '-cf', '-', '-T', '-'], {
    signal,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [file = '', ...rest] = runCommand(target, shellWords(script, words))
  const send = spawn(file, rest, { env: target.env, signal, stdio: ['pipe', 'pipe', 'pipe'] })
  let [output, said] = ['', '']
  send.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  send.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)))
  pack.stdin.on('error', () => undefined)
  // how each of them ended says what went wrong
  send.stdin.on('error', () => undefined)
  pack.stdout.pipe(send.stdin)
  pack.stderr.resume()
  pack.stdin.end(paths.map((path) => `${path === '.' ? '.' : `./${path}`}\0`).join(''))
  const [[packed], [sent]] = (await Promise.all([once(pack, 'close'), once(send, 'close')])) as [[number], [number]]
  if (sent === 255) throw sshFailure(target.destination, said)
  if (sent !== 0) throw cannotWrite(said)
  if (packed !== 0)
    throw new AppError('WORKSPACE_FAILED', 'files of the repository changed or vanished while they were sent')
  return output
}

/** The mirror refuses what is written into it. */
export const cannotWrite = (said: string) =>
  new AppError('CI_HOST_UNFIT', `the repository's mirror there cannot be written: ${lastLine(said)}`, {
    hint: 'see that the disk there has room, and that the directory belongs to you',
  })
