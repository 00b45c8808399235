import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Route } from '../../contract/route.ts'
import { type Output, type Parsed, type RouteName, routes } from '../../contract/routes.ts'
import { operationHeader, operationId, routePath, sse, tolerantHeader, versionHeader } from '../../contract/wire.ts'
import type { Gate } from '../../core/access/admit.ts'
import { type Caller, nameOf } from '../../core/access/model.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import { canWorkTogether } from '../../core/machines/version.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { Clock } from '../../core/ports.ts'
import type { Activity } from '../activity.ts'
import type { OperationMessage, OperationRegistry } from '../operations/registry.ts'
import type { Redactor } from '../redactor.ts'
import { serverEvent } from '../streams/server-event.ts'
import { answerJson, answerPieces, type Pieces, readDocument } from './answer.ts'
import type { Audit } from './audit.ts'
import { type CallNote, startNote } from './call-note.ts'
import type { Door } from './door.ts'
import { errorBody, statusOf } from './errors.ts'
import type { Standing } from './standing.ts'

type KindOf<N extends RouteName> = (typeof routes)[N]['kind']

/** What a handler may know of its call beside the input. */
export interface CallContext {
  caller: Caller
}

/** What serves a route: a call answers, an operation works inside its scope, a feed or bytes route streams. */
export type Handler<N extends RouteName> =
  KindOf<N> extends 'call'
    ? (input: Parsed<N>, context: CallContext) => Promise<Output<N>>
    : KindOf<N> extends 'operation'
      ? (input: Parsed<N>, scope: OperationScope, context: CallContext) => Promise<Output<N>>
      : KindOf<N> extends 'terminal'
        ? (input: Parsed<N>, stream: TerminalStream, context: CallContext) => Promise<Pieces>
        : (input: Parsed<N>, signal: AbortSignal, context: CallContext) => Promise<Pieces>

/** What the caller of a terminal sends while it is open. */
export interface TerminalStream {
  typed: AsyncIterable<Uint8Array>
  /** Aborts when the caller is gone, or (with an AppError as its reason) may not be there any more. */
  signal: AbortSignal
}

/** A handler for every route but those the app serves itself. */
export type Handlers = { [N in Exclude<RouteName, 'operation.follow' | 'operation.cancel'>]: Handler<N> }

export interface AppDeps {
  version: string
  handlers: Handlers
  operations: OperationRegistry
  redactor: Redactor
  /** The input as this caller may have it; throws what `admit` throws. */
  admit: (caller: Caller, gate: Gate, input: unknown) => Promise<unknown>
  audit: Audit
  standing: Standing
  activity: Activity
  clock: Pick<Clock, 'now'>
  /** An id for an operation whose caller gave none. */
  newId: () => string
  /** Told of every failure that is Berth's own fault. */
  onInternalError: (error: AppError) => void
}

/** Routes that answer whatever version asks, so that a newer berth can replace this daemon. */
const anyVersion = new Set(['daemon.status', 'daemon.stop'].map(routePath))

/**
 * The API as an HTTP application behind a door, built from the contract's table: everything is `POST /v1/<name>` with a
 * JSON body. On node:http itself: a framework over Web requests brings fetch along, 19 MB and 25 ms of every daemon.
 */
export function createApp(deps: AppDeps, door: Door): RequestListener {
  const byPath = new Map(Object.entries(routes).map(([name, route]) => [routePath(name), { name, route }]))
  return (request, response) => {
    // the caller may leave at any time; what is written then has nowhere to go
    response.on('error', () => undefined)
    const found = byPath.get(request.url ?? '')
    const note = startNote(deps, found?.name ?? request.url ?? '', door.from(request))
    answer(deps, door, { request, response, found, note }).then(
      () => note.end('ok'),
      (thrown: unknown) => {
        fail(deps, response, thrown)
        note.end(toAppError(thrown).code)
      },
    )
  }
}

interface Found {
  name: string
  route: Route
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  found: Found | undefined
  note: CallNote
}

async function answer(deps: AppDeps, door: Door, exchange: Exchange): Promise<void> {
  const { request, response, found, note } = exchange
  // first of all: who is not let in learns nothing, not even our version
  const { caller } = await door.identify(request)
  note.by(caller, found?.route.access)
  response.setHeader(versionHeader, deps.version)
  // before the input is read: another version's may look different, and so may its routes
  if (isOtherVersion(deps, request)) {
    const error = new AppError(
      'VERSION_MISMATCH',
      `berthd is ${deps.version}, berth is ${String(request.headers[versionHeader])}`,
    )
    request.resume()
    note.end(error.code)
    return answerJson(response, 426, { error: errorBody(error) })
  }
  if (!found || request.method !== 'POST') throw noSuchRoute(request)
  const { value, rest } = await readDocument(request, { more: found.route.kind === 'terminal' })
  const given = readInput(value, found.route)
  note.about(given)
  const input = await deps.admit(caller, found.route, given)
  if (found.route.access !== 'read') deps.activity.note()
  note.about(input)
  await serve(deps, exchange, { name: found.name as RouteName, kind: found.route.kind, input, caller, typed: rest })
}

const noSuchRoute = ({ method, url }: IncomingMessage) => new AppError('USAGE', `berthd has no ${method} ${url}`)

function isOtherVersion({ version }: AppDeps, { headers, url }: IncomingMessage): boolean {
  const caller = headers[versionHeader]
  if (caller === undefined || caller === version || anyVersion.has(url ?? '')) return false
  return !(headers[tolerantHeader] !== undefined && canWorkTogether(String(caller), version))
}

/** The body as the contract describes it, defaults filled in. Throws USAGE naming every fault. */
function readInput(given: unknown, { input }: Route): unknown {
  const result = input.safeParse(given)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new AppError('USAGE', `the request is not of the contract's form: ${faults.join('; ')}`, {
    details: { faults },
  })
}

interface Admitted extends CallContext {
  name: RouteName
  kind: Route['kind']
  input: unknown
  typed: AsyncIterable<Uint8Array>
}

async function serve(deps: AppDeps, exchange: Exchange, admitted: Admitted): Promise<void> {
  const { request, response, note } = exchange
  const { name, kind, input, caller } = admitted
  const by = nameOf(caller)
  if (name === 'operation.cancel') {
    deps.operations.cancel((input as { operation: string }).operation, by)
    return answerJson(response, 200, {})
  }
  if (name === 'operation.follow') {
    const { operation, after } = input as Parsed<'operation.follow'>
    return answerPieces(response, eventStream, encodeEvents(deps, deps.operations.follow(operation, after, by)))
  }
  learnSecrets(deps.redactor, input)
  const handler = deps.handlers[name] as (input: unknown, ...more: unknown[]) => Promise<unknown>
  if (kind === 'call') return answerJson(response, 200, await handler(input, { caller }))
  if (kind === 'operation') {
    const given = String(request.headers[operationHeader] ?? '')
    const id = operationId.test(given) ? given : deps.newId()
    const work = (scope: OperationScope) => handler(input, { ...scope, actor: by }, { caller })
    deps.operations.start(id, note.around(work), by)
    return answerPieces(response, eventStream, encodeEvents(deps, deps.operations.follow(id, 0, by)))
  }
  return serveStream(deps, exchange, admitted, handler)
}

/** What goes on until one side ends it; with a token, at the latest when that ends. */
async function serveStream(
  { standing }: AppDeps,
  { response, note }: Exchange,
  { kind, input, caller, typed }: Admitted,
  handler: (input: unknown, ...more: unknown[]) => Promise<unknown>,
): Promise<void> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  const stop = standing.watch(caller, (reason) => {
    left.abort(reason)
    // a terminal says so first
    if (kind !== 'terminal') response.destroy()
  })
  try {
    const { signal } = left
    const pieces = (await handler(input, kind === 'terminal' ? { typed, signal } : signal, { caller })) as Pieces
    if (kind === 'terminal') note.begun()
    else note.end('ok')
    // a caller that never ends what it types would keep the connection
    if (kind === 'terminal') response.setHeader('connection', 'close')
    await answerPieces(response, kind === 'feed' ? eventStream : 'application/octet-stream', pieces)
    if (left.signal.reason instanceof AppError) throw left.signal.reason
  } finally {
    stop()
  }
}

const eventStream = 'text/event-stream'

/** Variables of the caller's shell come with some requests. */
function learnSecrets(redactor: Redactor, input: unknown): void {
  const { variables, environment, providerToken } = input as Partial<Record<string, Record<string, string>>>
  if (typeof providerToken === 'string') redactor.learn({ TOKEN: providerToken })
  for (const given of [variables, environment]) if (given) redactor.learn(given)
}

/** An operation's messages as server-sent events. */
async function* encodeEvents(deps: AppDeps, messages: AsyncIterable<OperationMessage>): AsyncGenerator<string> {
  for await (const message of messages) {
    const { event, data } = toServerEvent(deps, message)
    yield serverEvent({ id: message.id, event, data })
  }
}

function toServerEvent(deps: AppDeps, message: OperationMessage) {
  if (message.kind === 'progress') return { event: sse.progress, data: deps.redactor.value(message.event) }
  if (message.kind === 'result') return { event: sse.result, data: message.value ?? {} }
  if (message.error.code === 'INTERNAL') deps.onInternalError(message.error)
  return { event: sse.error, data: deps.redactor.value(errorBody(message.error)) }
}

/** A failure as the answer; one in the middle of an answer cuts that off. */
function fail(deps: AppDeps, response: ServerResponse, thrown: unknown): void {
  const error = toAppError(thrown)
  if (error.code === 'INTERNAL') deps.onInternalError(error)
  if (response.headersSent) response.destroy()
  else answerJson(response, statusOf(error.code), { error: deps.redactor.value(errorBody(error)) })
}
