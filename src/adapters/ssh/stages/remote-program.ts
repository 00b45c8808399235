import { spawn } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, toAppError } from '../../../core/errors.ts'
import { processMark, type StageEnd, type StageProcess } from '../../../core/ports/ci.ts'
import { quoteCommand } from '../../../lib/quote.ts'
import { environmentText, runCommand } from '../commands.ts'
import type { ConnectionTarget } from '../connection.ts'
import { type StageChannel, type StageChannels, shellWords } from './channels.ts'
import { channelWords, killScript } from './scripts.ts'
import { createEndReader, type RemoteEnd } from './stream.ts'

/** Where programs of stages run on the other machine. */
export interface RemotePlace {
  /** As the user named it. */
  name: string
  /** See RemoteStages. */
  patience: number
  isAlone: boolean
  target: ConnectionTarget
  channels: StageChannels
  /** Absolute, there. */
  base: string
  /** Absolute, there: the repository's mirror. */
  tree: string
  /** tmux session. */
  session: string
  /** Makes the connection stand again. Throws what the way there may fail with. */
  reconnect: () => Promise<void>
}

/** How long to wait between two attempts to get back to a machine, ms: at first, and when it has been away for long. */
const [shortestPause, longestPause] = [1000, 15_000]

/** A machine that is away for so long does not come back, ms. */
const longestAway = 24 * 3_600_000

/** Behind its deadline a stage may take so long to end, and what it said of that to get here, ms. */
const slack = 10_000

/**
 * Runs a program there to its end. Its output comes over one channel as it is written; where that breaks, the program
 * goes on, and what was missed is asked for once there is a way again, until its deadline, which holds there whoever listens.
 * Throws CI_STAGE_LOST, and CI_HOST_AWAY where patience is at its end.
 */
export async function runThere(place: RemotePlace, stage: StageProcess, signal: AbortSignal): Promise<StageEnd> {
  signal.throwIfAborted()
  const due = stage.timeoutMs === null ? null : performance.now() + stage.timeoutMs + slack
  const log = await open(stage.log, 'a', 0o600)
  const lost = () => stage.note(`${place.name} does not answer: ${stage.title} may go on there`)
  const held: Held = { channel: undefined }
  const onAbort = () => (held.channel ? held.channel.tell(channelWords.end) : killThere(place, stage, lost))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (let written = stage.from, told = false; ; ) {
      const { end, bytes, why } = await attempt(place, { ...stage, from: written }, log, held, signal)
      written += bytes
      if (end !== undefined) return toEnd(place, end)
      if (why === undefined) continue
      if (signal.aborted) lost()
      signal.throwIfAborted()
      if (!told) stage.note(`${why.message}; ${stage.title} goes on there, and is followed again once there is a way`)
      told = true
      if ((await comeBack(place, stage, due, signal)) === 'late') return { exitCode: timedOut, timedOut: true }
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    await log.close()
  }
}

/** The channel that follows the program, by which it can be ended. */
interface Held {
  channel: StageChannel | undefined
}

interface Attempt {
  end: RemoteEnd | undefined
  /** Of the output, what was written into the log this time. */
  bytes: number
  /** Why it ended early; undefined: because of something that was over before, so that another may go well. */
  why: AppError | undefined
}

/** Has a channel start the program, where it has not been, and follow it to its end or that of the channel. */
async function attempt(
  place: RemotePlace,
  stage: StageProcess,
  log: FileHandle,
  held: Held,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const channel = await place.channels.take()
    signal.throwIfAborted()
    held.channel = channel
    const { isUsed } = channel
    const { end, bytes, begun } = await follow(channel, place, stage, log)
    if (end === undefined)
      return { end, bytes, why: isUsed && !begun && !signal.aborted ? undefined : channel.failure() }
    channel.tell(channelWords.done)
    place.channels.giveBack(channel)
    return { end, bytes, why: undefined }
  } catch (error) {
    const why = toAppError(error)
    if (why.code !== 'MACHINE_UNREACHABLE') throw error
    return { end: undefined, bytes: 0, why }
  } finally {
    held.channel = undefined
  }
}

function toEnd({ name }: RemotePlace, end: RemoteEnd): StageEnd {
  if (end !== 'lost') return end
  throw new AppError('CI_STAGE_LOST', `${name} was restarted, or its tmux was ended, while this ran`)
}

/** As `timeout` says it. */
const timedOut = 124

/** Waits until there is a way to the machine again; `late`: the stage cannot run there any more. */
async function comeBack(
  place: RemotePlace,
  stage: StageProcess,
  due: number | null,
  signal: AbortSignal,
): Promise<'back' | 'late'> {
  const over = new AbortController()
  const late =
    due === null
      ? new Promise<never>(() => undefined)
      : lateAfter(due - performance.now(), AbortSignal.any([signal, over.signal]))
  try {
    const outcome = await Promise.race([late, reach(place, stage, AbortSignal.any([signal, over.signal]))])
    if (outcome === 'late') stage.note(`${place.name} does not answer; ${stage.title} ended there at its deadline`)
    return outcome
  } finally {
    over.abort()
  }
}

async function lateAfter(ms: number, signal: AbortSignal): Promise<'late'> {
  await wait(Math.max(0, ms), undefined, { signal })
  return 'late'
}

async function reach(place: RemotePlace, stage: StageProcess, signal: AbortSignal): Promise<'back'> {
  const { name, patience, isAlone } = place
  let isAway = false
  for (const since = performance.now(); ; ) {
    await wait(Math.min(longestPause, shortestPause + (performance.now() - since) / 20), undefined, { signal })
    try {
      await place.reconnect()
      if (isAway) stage.away(false)
      return 'back'
    } catch (error) {
      if (toAppError(error).code !== 'MACHINE_UNREACHABLE') throw error
      const gone = performance.now() - since
      if (gone > (isAlone ? longestAway : patience))
        throw new AppError('CI_HOST_AWAY', `${name} does not answer any more`)
      if (gone > patience && !isAway) stage.away((isAway = true))
    }
  }
}

async function follow(channel: StageChannel, place: RemotePlace, stage: StageProcess, log: FileHandle) {
  const reader = createEndReader(stage.secret)
  let bytes = 0
  channel.isUsed = true
  channel.begin(['follow', ...stageWords(place, stage)])
  for await (const chunk of channel.output()) {
    const output = reader.take(chunk)
    if (output.length > 0) await log.appendFile(output)
    bytes += output.length
    if (reader.end() !== undefined) break
  }
  return { end: reader.end(), bytes, begun: reader.hasBegun() }
}

function stageWords({ base, tree, session }: RemotePlace, stage: StageProcess): string[] {
  const limit = stage.timeoutMs === null ? 0 : Math.ceil(stage.timeoutMs / 1000)
  const cwd = stage.directory === '' ? tree : join(tree, stage.directory)
  const [name = ''] = stage.argv
  // in the words this machine would say it
  const found = `command -v ${quoteCommand([name])} >/dev/null 2>&1 || { printf '%s: not found\\n' ${quoteCommand([name])}; exit 127; }`
  // by it what leaves the process group is found again: see the runner
  const program = `${found}\nexport ${processMark}=${quoteCommand([stage.id])}\nexec ${quoteCommand(stage.argv)}`
  const variables = environmentText(stage.ownEnv)
  const place = [base, stage.id, session, stage.title, cwd]
  return [...place, String(limit), stage.secret, variables, program, String(stage.from + 1)]
}

/** Where no channel stands that it could be told to. */
function killThere({ target, base }: RemotePlace, { id }: StageProcess, lost: () => void): void {
  const [file = '', ...words] = runCommand(target, shellWords(killScript, [base, id]))
  const child = spawn(file, words, { env: target.env, stdio: 'ignore' })
  child.on('error', lost)
  child.on('exit', (exitCode) => exitCode === 255 && lost())
}
