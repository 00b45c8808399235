import type { IncomingMessage } from 'node:http'
import type { ApiError, OperationEventMessage } from '../contract/events.ts'
import type { Input, Output, RouteName } from '../contract/routes.ts'
import { sse } from '../contract/wire.ts'
import { ClientError } from './failure.ts'
import { readBody } from './request.ts'
import { readEvents } from './sse.ts'

/** How to reach one machine's daemon: the address of its socket, made reachable first when it is not. */
export interface Transport {
  machine: string
  /** Opens a request; starts or reconnects the daemon when nobody listens. Rejects with ClientError. */
  open(name: string, input: unknown, signal?: AbortSignal): Promise<IncomingMessage>
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
    return await transport.open(name, input, signal)
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

/** How far an operation has been followed. */
interface Followed {
  operation: string
  /** Number of the last event seen. */
  last: number
  cancel(): void
}

async function runOperation<N extends RouteName>(
  transport: Transport,
  name: N,
  input: Input<N>,
  watch: Watch,
): Promise<Output<N>> {
  let answer = await checked(await transport.open(name, input))
  const progress: Followed = {
    operation: '',
    last: 0,
    cancel() {
      const { operation } = progress
      // known once the daemon has said `started`; who aborts before that is served then
      if (operation) void transport.open('operation.cancel', { operation }).catch(ignoreLost)
    },
  }
  watch.signal?.addEventListener('abort', () => progress.cancel(), { once: true })
  for (;;) {
    const result = await followOnce<N>(answer, progress, watch)
    if (result) return result.value
    if (!progress.operation) throw lost()
    answer = await checked(
      await transport.open('operation.follow', { operation: progress.operation, after: progress.last }),
    )
  }
}

/** Reads one connection's events; undefined when it ended before the result. */
async function followOnce<N extends RouteName>(
  answer: IncomingMessage,
  progress: Followed,
  watch: Watch,
): Promise<{ value: Output<N> } | undefined> {
  try {
    for await (const { id, event, data } of readEvents(answer)) {
      if (id !== undefined) progress.last = Number(id)
      if (event === sse.result) return { value: JSON.parse(data) as Output<N> }
      if (event === sse.error) throw new ClientError(JSON.parse(data) as ApiError)
      if (event !== sse.progress) continue
      const message = JSON.parse(data) as OperationEventMessage
      if (message.type === 'started') {
        progress.operation = message.operation
        if (watch.signal?.aborted) progress.cancel()
      } else watch.onEvent?.(message)
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
    // The connection broke; the caller goes on from the last event it saw.
  }
  return undefined
}

/** A cancel that cannot be delivered has nothing to cancel: the daemon is gone, and settles the operation on its start. */
const ignoreLost = () => undefined

const interrupted = () => new ClientError({ code: 'INTERRUPTED', message: 'interrupted', hint: '', details: {} })

const lost = () =>
  new ClientError({
    code: 'DAEMON_UNAVAILABLE',
    message: 'berthd went away before it took the request',
    hint: 'berth daemon logs',
    details: {},
  })
