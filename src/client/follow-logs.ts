import type { IncomingMessage } from 'node:http'
import { type Frame, frameTypes, readFrames } from '../contract/frames.ts'
import type { Input } from '../contract/routes.ts'
import { checked, type FeedWatch, type Transport } from './client.ts'
import { ClientError } from './failure.ts'
import { unlessAborted, untilThere } from './feed.ts'

/** A container as the frames tell of it, and where its log goes on when nothing of it has come yet. */
interface Source {
  container: string
  from?: string
}

/** What is known of the logs after all connections so far. */
interface Progress {
  /** Containers, numbered as the caller knows them. */
  sources: string[]
  /** Container → the moment from which on nothing has come yet. */
  after: Map<string, string>
}

/** See Client.logs. */
export async function* followLogs(
  transport: Transport,
  input: Input<'env.logs'>,
  { onLost, signal = new AbortController().signal }: Omit<FeedWatch, 'signal'> & { signal?: AbortSignal | undefined },
): AsyncGenerator<Frame> {
  const progress: Progress = { sources: [], after: new Map() }
  const ask = (join: boolean) => {
    const after = join ? { after: Object.fromEntries(progress.after) } : {}
    return transport.open('env.logs', { ...input, ...after }, { signal, join, stream: true })
  }
  for (let join = false; ; join = true) {
    const answer = join ? await untilThere(() => ask(true), signal) : await unlessAborted(ask(false), signal)
    if (answer === undefined) return
    const cut = yield* framesUntilCut(await checked(answer), progress)
    if (cut === undefined || signal.aborted) return
    // a daemon that does not say where a log goes on would tell all of it again
    if (!input.follow || progress.after.size === 0) throw cut
    onLost?.()
  }
}

/** The frames of one connection, sources under the numbers the caller knows; returns what broke it, if it broke. */
async function* framesUntilCut(answer: IncomingMessage, progress: Progress): AsyncGenerator<Frame, Error | undefined> {
  const numbers: number[] = []
  let position: string | undefined
  try {
    for await (const frame of readFrames(answer)) {
      if (frame.type === frameTypes.position) position = frame.payload.toString('latin1')
      else if (frame.type === frameTypes.sources) {
        const told = takeSources(frame, numbers, progress)
        if (told) yield told
      } else {
        const source = numbers[frame.source] ?? frame.source
        const container = progress.sources[source]
        // counted with the output it is about: had that not come whole, it would be asked for again
        if (frame.type === frameTypes.output && position !== undefined && container !== undefined)
          progress.after.set(container, position)
        position = undefined
        yield { ...frame, source }
      }
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
    return error instanceof Error ? error : new Error(String(error))
  }
  return undefined
}

/** Gives the sources of a frame their numbers; what the caller is to be told of those it does not know. */
function takeSources(frame: Frame, numbers: number[], { sources, after }: Progress): Frame | undefined {
  const news: Source[] = []
  for (const source of JSON.parse(frame.payload.toString()) as Source[]) {
    const { container, from } = source
    if (from !== undefined && !after.has(container)) after.set(container, from)
    const known = sources.indexOf(container)
    numbers.push(known === -1 ? sources.push(container) - 1 : known)
    if (known === -1) news.push(source)
  }
  return news.length > 0 || sources.length === 0 ? { ...frame, payload: Buffer.from(JSON.stringify(news)) } : undefined
}
