import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { AppError } from '../../../core/errors.ts'
import type { Host } from '../../../core/ports/host.ts'
import { quoteCommand, quoteLine } from '../../../lib/quote.ts'
import { runCommand } from '../commands.ts'
import { type ConnectionTarget, ensureConnection } from '../connection.ts'
import { sshFailure } from '../failures.ts'
import { channelScript, type channelWords, runnerScript } from './scripts.ts'
import { createEndReader } from './stream.ts'

/** Shell text that runs a script there with these arguments. */
export const shellWords = (script: string, args: readonly string[]): string =>
  quoteCommand(['exec', '/bin/sh', '-c', script, 'sh', ...args])

/** A shell on the other machine that follows one program after the other. */
export interface StageChannel {
  /** Whether it has followed a program before: it may have broken since, unnoticed. */
  isUsed: boolean
  stands(): boolean
  /** Has it do something: see channelScript for the words. */
  begin(words: readonly string[]): void
  tell(word: (typeof channelWords)[keyof typeof channelWords]): void
  /** What comes from there; may be asked for again by whoever stopped in between. */
  output(): AsyncIterable<Buffer>
  /** What ended it, where it does not stand any more. */
  failure(): AppError
  close(): void
}

/**
 * The shells held open on one machine: to open one takes two round trips, and a process at each end, which a stage need not
 * wait for. One that is not used for a while is closed.
 */
export interface StageChannels {
  /** One that waits, or another. Throws what the way there may fail with. */
  take(): Promise<StageChannel>
  /** Runs a script there; returns what it wrote. Throws what the way there may fail with. */
  ask(script: string, args: readonly string[], signal?: AbortSignal): Promise<string>
  /** For the next program. */
  giveBack(channel: StageChannel): void
}

/** How long one is kept that nobody uses, ms: what is installed there meanwhile is found by the next. */
const kept = 30_000

/** None yet. `local` is where ssh runs. */
export function createStageChannels(local: Host, target: ConnectionTarget): StageChannels {
  const idle = new Map<StageChannel, NodeJS.Timeout>()
  const take = async () => {
    const channel = [...idle.keys()].findLast((one) => one.stands())
    if (channel === undefined) {
      await ensureConnection(local, target)
      return openChannel(target)
    }
    clearTimeout(idle.get(channel))
    idle.delete(channel)
    return channel
  }
  const giveBack = (channel: StageChannel) => {
    const leave = () => {
      idle.delete(channel)
      channel.close()
    }
    idle.set(channel, setTimeout(leave, kept).unref())
  }
  return {
    take,
    giveBack,
    async ask(script, args, signal) {
      for (;;) {
        signal?.throwIfAborted()
        const channel = await take()
        const { isUsed } = channel
        const said = await askOver(channel, script, args, signal)
        signal?.throwIfAborted()
        if (said !== undefined) {
          giveBack(channel)
          return said
        }
        // one that broke before, and only now was there something to say
        if (!isUsed) throw channel.failure()
      }
    },
  }
}

/** Undefined where the channel broke. */
async function askOver(
  channel: StageChannel,
  script: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
) {
  const nonce = randomBytes(8).toString('hex')
  const reader = createEndReader(nonce)
  const chunks: Buffer[] = []
  const onAbort = () => channel.close()
  signal?.addEventListener('abort', onAbort, { once: true })
  channel.isUsed = true
  channel.begin(['ask', nonce, script, ...args])
  try {
    for await (const chunk of channel.output()) {
      chunks.push(reader.take(chunk))
      if (reader.end() !== undefined) return Buffer.concat(chunks).toString()
    }
    return undefined
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function openChannel(target: ConnectionTarget): StageChannel {
  const [file = '', ...words] = runCommand(target, shellWords(channelScript, [runnerScript]))
  const child = spawn(file, words, { env: target.env, stdio: ['pipe', 'pipe', 'pipe'] })
  let [broken, said] = [false, '']
  // one that broke takes no more input, and says so on its own
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)))
  child.on('exit', () => (broken = true))
  child.on('error', () => {
    broken = true
    child.stdout.destroy()
  })
  const channel: StageChannel = {
    isUsed: false,
    stands: () => !broken,
    begin: (line) => child.stdin.write(`${quoteLine(line)}\n`),
    tell: (word) => child.stdin.write(`${word}\n`),
    output: () => child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
    failure: () => sshFailure(target.destination, said),
    close: () => child.kill(),
  }
  return channel
}
