import type { IncomingMessage } from 'node:http'
import type { ApiError, OperationEventMessage } from '../contract/events.ts'
import { type Frame, readFrames } from '../contract/frames.ts'
import type { Input, Output, RouteName } from '../contract/routes.ts'
import { sse } from '../contract/wire.ts'
import { readEvents } from '../lib/sse.ts'
import { ClientError, interrupted, unavailable } from './failure.ts'
import { followFeed } from './feed.ts'
import { followLogs } from './follow-logs.ts'
import { readBody } from './request.ts'

/** How to reach one machine's daemon: the address of its socket, made reachable first when it is not. */
export interface Transport {
  machine: string
  /** Whether it is reached by a token alone: no SSH, so no terminal there, and directories of ours mean nothing to it. */
  byToken?: true
  /** Opens a request; starts or reconnects the daemon when nobody listens. Rejects with ClientError. */
  open(name: string, input: unknown, options?: OpenOptions): Promise<IncomingMessage>
}

export interface OpenOptions {
  signal?: AbortSignal | undefined
  /** Id for the operation this request starts, or joins when it has it already. */
  operation?: string
  /** Only a daemon that is there already: none is started, and none of another version replaced. */
  join?: boolean
  /** What comes is long: it goes the way that has no other process in it. */
  stream?: boolean
  /** Also for a daemon of a nearby version: there is no replacing one on another machine. */
  tolerant?: boolean
  /** What follows the input in the request's body, for as long as it comes. */
  more?: AsyncIterable<Uint8Array>
}

/** What a running operation tells its caller. */
export interface Watch {
  onEvent?: (event: OperationEventMessage) => void
  signal?: AbortSignal
}

/** What a feed tells beside its events. */
export interface FeedWatch {
  /** The daemon is gone, and waited for. */
  onLost?: () => void
  /** It is there again. */
  onBack?: () => void
  /** Told each place reached, to go on after with `after`. */
  onPlace?: (last: number) => void
  /** Waits also for one that is not there at first. */
  patient?: boolean
  signal?: AbortSignal
}

/** The API of one machine's daemon, typed by the contract. All methods reject with ClientError. */
export interface Client {
  machine: string
  /** Whether it is reached by a token alone. */
  byToken: boolean
  call<N extends RouteName>(name: N, input: Input<N>): Promise<Output<N>>
  /** Runs an operation to its end, through lost connections; the operation itself goes on without us. */
  run<N extends RouteName>(name: N, input: Input<N>, watch?: Watch): Promise<Output<N>>
  /**
   * The events of a feed, through lost connections: none is missed and none comes twice. A daemon that ended is waited for,
   * never started. Ends where there is no more to come, and when the signal aborts.
   */
  feed<N extends RouteName>(name: N, input: Input<N>, watch?: FeedWatch): AsyncIterable<Output<N>>
  /**
   * The frames of logs; of logs that are followed, through lost connections: no line is missed and none comes twice. A
   * daemon that ended is waited for, never started.
   */
  logs(input: Input<'env.logs'>, watch?: Pick<FeedWatch, 'onLost' | 'signal'>): AsyncIterable<Frame>
  /** A program on a terminal there: `typed` are frames of ours, as they come; what is returned are those of the program. */
  terminal<N extends RouteName>(
    name: N,
    input: Input<N>,
    typed: AsyncIterable<Uint8Array>,
  ): Promise<AsyncIterable<Frame>>
  /** The raw answer, for bytes. */
  open<N extends RouteName>(name: N, input: Input<N>, signal?: AbortSignal): Promise<IncomingMessage>
}

/** A client over a transport; `signal` (Ctrl-C) ends waiting for any answer but that of an operation, which is cancelled instead. */
export function createClient(transport: Transport, signal?: AbortSignal): Client {
  const open = (name: string, input: unknown, options: OpenOptions = { signal }) =>
    openUnlessAborted(transport, name, input, options)
  return {
    machine: transport.machine,
    byToken: transport.byToken === true,
    call: async (name, input) => readAnswer(await open(name, input)),
    run: (name, input, watch = {}) => runOperation(transport, name, input, watch),
    feed: (name, input, watch = {}) => followFeed(transport, name, input, { signal, ...watch }),
    logs: (input, watch = {}) => followLogs(transport, input, { signal, ...watch }),
    // Ctrl-C is typed there, or sent
    terminal: async (name, input, typed) =>
      readFrames(await checked(await transport.open(name, input, { more: typed, stream: true }))),
    open: async (name, input, own = signal) => checked(await open(name, input, { signal: own, stream: true })),
  }
}

/** The result a call's answer holds. Throws what a failed one says. */
export async function readAnswer<N extends RouteName>(answer: IncomingMessage): Promise<Output<N>> {
  return parsed(await readBody(await checked(answer))) as Output<N>
}

/** JSON of an answer. Throws DAEMON_UNAVAILABLE for anything else: what is there is no berthd. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unavailable('the daemon answered with something that is not of its API')
  }
}

async function openUnlessAborted(transport: Transport, name: string, input: unknown, options: OpenOptions) {
  try {
    return await transport.open(name, input, options)
  } catch (error) {
    throw options.signal?.aborted ? interrupted() : error
  }
}

/** Throws what a non-2xx answer says. */
export async function checked(answer: IncomingMessage): Promise<IncomingMessage> {
  if (answer.statusCode === 200) return answer
  const text = await readBody(answer)
  let error: ApiError
  try {
    error = (JSON.parse(text) as { error: ApiError }).error
  } catch {
    const message = `the daemon answered ${answer.statusCode} with no error Berth knows`
    error = { code: 'DAEMON_UNAVAILABLE', message, hint: 'berth daemon logs', details: {} }
  }
  throw new ClientError(error)
}

/** Throws for an answer that is no stream of events: what is there is no berthd, and would be asked for ever. */
export async function checkedStream(answer: IncomingMessage): Promise<IncomingMessage> {
  const stream = await checked(answer)
  if (stream.headers['content-type']?.startsWith('text/event-stream')) return stream
  stream.destroy()
  throw unavailable('the daemon answered with something that is not of its API')
}

/** Streams in a row that may end without a word: a daemon that ends or starts breaks some off. */
const mostIdle = 100

async function runOperation<N extends RouteName>(
  transport: Transport,
  name: N,
  input: Input<N>,
  watch: Watch,
): Promise<Output<N>> {
  // loaded here: lists and other calls need no ids, and pay 6 ms for it otherwise
  const operation = process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex')
  const progress = { last: 0, begun: false }
  const begin = async () => checkedStream(await transport.open(name, input, { operation }))
  const stop = cancelOnAbort(transport, operation, watch.signal)
  try {
    let answer = await begin()
    for (let idle = 0; ; ) {
      const before = progress.last
      const result = await followOnce<N>(answer, progress, watch)
      if (result) return result.value
      idle = progress.last > before ? 0 : idle + 1
      if (idle > mostIdle) throw unavailable('the daemon answers, and says nothing of the operation')
      answer = await rejoin(transport, operation, progress.last).catch((error: unknown) => {
        // the daemon ended before it had written anything down of it, and so before it had begun
        if (isUnknown(error) && !progress.begun) return begin()
        throw isUnknown(error) ? cutOff() : error
      })
    }
  } finally {
    stop()
  }
}

/** Asks the daemon to cancel the operation when the signal aborts; returns what ends that. */
function cancelOnAbort(transport: Transport, operation: string, signal: AbortSignal | undefined): () => void {
  // A cancel that cannot be delivered has nothing to cancel: the daemon is gone, and settles the operation on its start.
  const cancel = () => void transport.open('operation.cancel', { operation }).then(drain, ignoreLost)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  return () => signal?.removeEventListener('abort', cancel)
}

const drain = (answer: IncomingMessage) => void answer.resume()
const ignoreLost = () => undefined

/** Follows an operation again after the connection broke, be it because the daemon ended: the next one has taken it up. */
const rejoin = async (transport: Transport, operation: string, after: number): Promise<IncomingMessage> =>
  checkedStream(await transport.open('operation.follow', { operation, after }))

const isUnknown = (error: unknown) => error instanceof ClientError && error.error.code === 'OPERATION_NOT_FOUND'

const cutOff = () =>
  new ClientError({
    code: 'INTERRUPTED',
    message: 'berthd ended while it worked on this; what it had begun is finished or undone',
    hint: 'run the same command again',
    details: {},
  })

/** Reads one connection's events; undefined when it ended before the result. */
async function followOnce<N extends RouteName>(
  answer: IncomingMessage,
  progress: { last: number; begun: boolean },
  watch: Watch,
): Promise<{ value: Output<N> } | undefined> {
  try {
    for await (const { id, event, data } of readEvents(answer)) {
      if (id !== undefined) progress.last = Number(id)
      if (event === sse.result) return { value: parsed(data) as Output<N> }
      if (event === sse.error) throw new ClientError(parsed(data) as ApiError)
      if (event !== sse.progress) continue
      const message = parsed(data) as OperationEventMessage
      if (message.type === 'started') continue
      progress.begun = true
      watch.onEvent?.(message)
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
    // The connection broke; the caller goes on from the last event it saw.
  }
  return undefined
}
