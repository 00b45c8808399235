import { type IncomingMessage, request } from 'node:http'
import type { ApiError } from '../../contract/events.ts'
import type { Input, Output, RouteName } from '../../contract/routes.ts'
import { operationHeader, routePath, sse } from '../../contract/wire.ts'
import { errorCatalogue } from '../../core/error-catalogue.ts'
import { AppError, type ErrorCode } from '../../core/errors.ts'
import type { OperationEvent } from '../../core/operations/model.ts'
import type { Clock } from '../../core/ports.ts'
import { readEvents } from '../../lib/sse.ts'

/** A berthd, and how it is reached again where it does not answer. */
export interface DaemonAddress {
  name: string
  socket: string
  /** Socket that leads there over a line which is open already. */
  ready?: string
  /** Has the socket lead there again; rejects where that cannot be. */
  reopen(): Promise<void>
}

interface RunOptions {
  /** Joined where it is known there already. */
  operation: string
  signal: AbortSignal
  onEvent: (event: OperationEvent) => void
  clock: Pick<Clock, 'now' | 'wait'>
}

/** How long a machine that went away in the middle is waited for, ms. */
const longestSilence = 10 * 60_000

/** How long to wait between two attempts, ms. */
const pause = 500

/**
 * Runs an operation of another berthd to its end, through lost connections and its own restarts: it is asked again under
 * the same id, and joined. An abort cancels it there, and its end is still waited for. Throws what it failed of,
 * MACHINE_UNREACHABLE where it did not come back.
 */
export async function runOnDaemon<N extends RouteName>(
  there: DaemonAddress,
  name: N,
  input: Input<N>,
  options: RunOptions,
): Promise<Output<N>> {
  const { signal, operation, clock, onEvent } = options
  const stop = cancelOnAbort(there, operation, signal)
  const progress = { last: 0 }
  let lastHeard = clock.now().getTime()
  let told = false
  try {
    for (;;) {
      try {
        const result = await followOnce<N>(await open(there, name, input, operation), progress, onEvent)
        if (result) return result.value
        lastHeard = clock.now().getTime()
      } catch (error) {
        if (error instanceof AppError && error.code !== 'MACHINE_UNREACHABLE') throw error
        if (clock.now().getTime() - lastHeard > longestSilence) throw gone(there.name, error)
        if (signal.aborted) throw signal.reason
        if (!told) onEvent({ type: 'warning', message: 'it does not answer; what was begun goes on there' })
        told = true
        // not reached again yet: the next round asks once more
        await there.reopen().catch(() => undefined)
      }
      await clock.wait(pause)
    }
  } finally {
    stop()
  }
}

const gone = (machine: string, cause: unknown) =>
  new AppError('MACHINE_UNREACHABLE', `${machine} did not come back within ${longestSilence / 60_000} minutes`, {
    hint: 'what was begun goes on there; berth deploy --resume follows it once it is back',
    cause,
  })

/** Asks it to cancel the operation when the signal aborts; returns what ends that. */
function cancelOnAbort({ socket }: DaemonAddress, operation: string, signal: AbortSignal): () => void {
  const cancel = () =>
    // a cancel that cannot be delivered has nobody to wait for it
    void send(socket, 'operation.cancel', { operation }).then(
      (answer) => void answer.resume(),
      () => undefined,
    )
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  return () => signal.removeEventListener('abort', cancel)
}

async function open(there: DaemonAddress, name: string, input: unknown, operation: string): Promise<IncomingMessage> {
  const answer = await sendSoon(there, name, input, operation)
  if (answer.statusCode === 200) return answer
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  throw readError((JSON.parse(text) as { error: ApiError }).error)
}

/** Over a ready line where there is one: a new one costs a round trip. Asked twice, the operation is joined. */
async function sendSoon(there: DaemonAddress, name: string, input: unknown, operation: string) {
  const anew = () => send(there.socket, name, input, operation)
  return there.ready === undefined ? anew() : send(there.ready, name, input, operation).catch(anew)
}

async function send(socket: string, name: string, input: unknown, operation?: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { 'content-type': 'application/json', ...(operation && { [operationHeader]: operation }) }
  const outgoing = request(
    { socketPath: socket, path: routePath(name), method: 'POST', headers, agent: false },
    resolve,
  )
  outgoing.on('error', reject)
  outgoing.end(JSON.stringify(input))
  return promise
}

/** Reads one connection's events; undefined where it broke before the end. */
async function followOnce<N extends RouteName>(
  answer: IncomingMessage,
  progress: { last: number },
  onEvent: (event: OperationEvent) => void,
): Promise<{ value: Output<N> } | undefined> {
  try {
    for await (const { id, event, data } of readEvents(answer)) {
      const number = Number(id ?? 0)
      // asked again, it tells all from the beginning
      if (event === sse.progress && number <= progress.last) continue
      progress.last = Math.max(progress.last, number)
      if (event === sse.result) return { value: JSON.parse(data) as Output<N> }
      if (event === sse.error) throw readError(JSON.parse(data) as ApiError)
      if (event === sse.progress) onEvent(JSON.parse(data) as OperationEvent)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    // the connection broke; it is asked again
  }
  return undefined
}

/** A failure of the other berthd's as ours. */
function readError({ code, message, hint, stage, details }: ApiError): AppError {
  if (!(code in errorCatalogue)) return new AppError('INTERNAL', message, { details: { ...details, code } })
  return new AppError(code as ErrorCode, message, { hint, details, ...(stage === undefined ? {} : { stage }) })
}
