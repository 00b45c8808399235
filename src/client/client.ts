import type { IncomingMessage } from 'node:http'
import type { ApiError, OperationEventMessage } from '../contract/events.ts'
import type { Input, Output, RouteName } from '../contract/routes.ts'
import { sse } from '../contract/wire.ts'
import { ClientError, interrupted } from './failure.ts'
import { readBody } from './request.ts'
import { readEvents } from './sse.ts'

/** How to reach one machine's daemon: the address of its socket, made reachable first when it is not. */
export interface Transport {
  machine: string
  /** Opens a request; starts or reconnects the daemon when nobody listens. Rejects with ClientError. */
  open(name: string, input: unknown, options?: OpenOptions): Promise<IncomingMessage>
}

export interface OpenOptions {
  signal?: AbortSignal | undefined
  /** Id for the operation this request starts, or joins when it has it already. */
  operation?: string
}

/** What a running operation tells its caller. */
export interface Watch {
  onEvent?: (event: OperationEventMessage) => void
  signal?: AbortSignal
}

/** The API of one machine's daemon, typed by the contract. All methods reject with ClientError. */
export interface Client {
  machine: string
  call<N extends RouteName>(name: N, input: Input<N>): Promise<Output<N>>
  /** Runs an operation to its end, through lost connections; the operation itself goes on without us. */
  run<N extends RouteName>(name: N, input: Input<N>, watch?: Watch): Promise<Output<N>>
  /** The raw answer, for feeds and bytes. */
  open<N extends RouteName>(name: N, input: Input<N>, signal?: AbortSignal): Promise<IncomingMessage>
}

/** A client over a transport; `signal` (Ctrl-C) ends waiting for any answer but that of an operation, which is cancelled instead. */
export function createClient(transport: Transport, signal?: AbortSignal): Client {
  const open = (name: string, input: unknown, own = signal) => openUnlessAborted(transport, name, input, own)
  return {
    machine: transport.machine,
    call: async (name, input) => readAnswer(await open(name, input)),
    run: (name, input, watch = {}) => runOperation(transport, name, input, watch),
    open: async (name, input, own) => checked(await open(name, input, own)),
  }
}

/** The result a call's answer holds. Throws what a failed one says. */
export async function readAnswer<N extends RouteName>(answer: IncomingMessage): Promise<Output<N>> {
  const body = await readBody(await checked(answer))
  return JSON.parse(body) as Output<N>
}

async function openUnlessAborted(transport: Transport, name: string, input: unknown, signal?: AbortSignal) {
  try {
    return await transport.open(name, input, { signal })
  } catch (error) {
    throw signal?.aborted ? interrupted() : error
  }
}

/** Throws what a non-2xx answer says. */
async function checked(answer: IncomingMessage): Promise<IncomingMessage> {
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

async function runOperation<N extends RouteName>(
  transport: Transport,
  name: N,
  input: Input<N>,
  watch: Watch,
): Promise<Output<N>> {
  // loaded here: lists and other calls need no ids, and pay 6 ms for it otherwise
  const operation = process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex')
  const progress = { last: 0 }
  const stop = cancelOnAbort(transport, operation, watch.signal)
  try {
    let answer = await checked(await transport.open(name, input, { operation }))
    for (;;) {
      const result = await followOnce<N>(answer, progress, watch)
      if (result) return result.value
      answer = await rejoin(transport, operation, progress.last)
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
async function rejoin(transport: Transport, operation: string, after: number): Promise<IncomingMessage> {
  try {
    return await checked(await transport.open('operation.follow', { operation, after }))
  } catch (error) {
    if (!(error instanceof ClientError) || error.error.code !== 'OPERATION_NOT_FOUND') throw error
    throw new ClientError({
      code: 'INTERRUPTED',
      message: 'berthd ended while it worked on this; what it had begun is finished or undone',
      hint: 'run the same command again',
      details: {},
    })
  }
}

/** Reads one connection's events; undefined when it ended before the result. */
async function followOnce<N extends RouteName>(
  answer: IncomingMessage,
  progress: { last: number },
  watch: Watch,
): Promise<{ value: Output<N> } | undefined> {
  try {
    for await (const { id, event, data } of readEvents(answer)) {
      if (id !== undefined) progress.last = Number(id)
      if (event === sse.result) return { value: JSON.parse(data) as Output<N> }
      if (event === sse.error) throw new ClientError(JSON.parse(data) as ApiError)
      if (event !== sse.progress) continue
      const message = JSON.parse(data) as OperationEventMessage
      if (message.type !== 'started') watch.onEvent?.(message)
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
    // The connection broke; the caller goes on from the last event it saw.
  }
  return undefined
}
