import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Route } from '../../contract/route.ts'
import { type Output, type Parsed, type RouteName, routes } from '../../contract/routes.ts'
import { operationHeader, operationId, routePath, sse, versionHeader } from '../../contract/wire.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { OperationMessage, OperationRegistry } from '../operations/registry.ts'
import type { Redactor } from '../redactor.ts'
import { serverEvent } from '../streams/server-event.ts'
import { answerJson, answerPieces, type Pieces, readJson } from './answer.ts'
import { errorBody, statusOf } from './errors.ts'

type KindOf<N extends RouteName> = (typeof routes)[N]['kind']

/** What serves a route: a call answers, an operation works inside its scope, a feed or bytes route streams. */
export type Handler<N extends RouteName> =
  KindOf<N> extends 'call'
    ? (input: Parsed<N>) => Promise<Output<N>>
    : KindOf<N> extends 'operation'
      ? (input: Parsed<N>, scope: OperationScope) => Promise<Output<N>>
      : (input: Parsed<N>, signal: AbortSignal) => Promise<Pieces>

/** A handler for every route but those the app serves itself. */
export type Handlers = { [N in Exclude<RouteName, 'operation.follow' | 'operation.cancel'>]: Handler<N> }

export interface AppDeps {
  version: string
  handlers: Handlers
  operations: OperationRegistry
  redactor: Redactor
  /** An id for an operation whose caller gave none. */
  newId: () => string
  /** Told of every failure that is Berth's own fault. */
  onInternalError: (error: AppError) => void
}

/** Routes that answer whatever version asks, so that a newer berth can replace this daemon. */
const anyVersion = new Set(['daemon.status', 'daemon.stop'].map(routePath))

/**
 * The API as an HTTP application, built from the contract's table: everything is `POST /v1/<name>` with a JSON body.
 * On node:http itself: a framework over Web requests brings fetch along, 19 MB and 25 ms of every daemon.
 */
export function createApp(deps: AppDeps): RequestListener {
  const byPath = new Map(Object.entries(routes).map(([name, route]) => [routePath(name), { name, route }]))
  return (request, response) => {
    response.setHeader(versionHeader, deps.version)
    // the caller may leave at any time; what is written then has nowhere to go
    response.on('error', () => undefined)
    const found = byPath.get(request.url ?? '')
    const answered =
      request.method === 'POST' ? answer(deps, request, response, found) : Promise.reject(noSuchRoute(request))
    answered.catch((thrown: unknown) => fail(deps, response, thrown))
  }
}

interface Found {
  name: string
  route: Route
}

async function answer(
  deps: AppDeps,
  request: IncomingMessage,
  response: ServerResponse,
  found: Found | undefined,
): Promise<void> {
  // before the input is read: another version's may look different, and so may its routes
  if (isOtherVersion(deps, request)) {
    const caller = String(request.headers[versionHeader])
    const error = new AppError('VERSION_MISMATCH', `berthd is ${deps.version}, berth is ${caller}`)
    request.resume()
    return answerJson(response, 426, { error: errorBody(error) })
  }
  if (!found) throw noSuchRoute(request)
  const name = found.name as RouteName
  await serve(deps, request, response, name, found.route.kind, readInput(await readJson(request), found.route))
}

const noSuchRoute = ({ method, url }: IncomingMessage) => new AppError('USAGE', `berthd has no ${method} ${url}`)

function isOtherVersion({ version }: AppDeps, { headers, url }: IncomingMessage): boolean {
  const caller = headers[versionHeader]
  return caller !== undefined && caller !== version && !anyVersion.has(url ?? '')
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

async function serve(
  deps: AppDeps,
  request: IncomingMessage,
  response: ServerResponse,
  name: RouteName,
  kind: Route['kind'],
  input: unknown,
): Promise<void> {
  if (name === 'operation.cancel') {
    deps.operations.cancel((input as { operation: string }).operation)
    return answerJson(response, 200, {})
  }
  if (name === 'operation.follow') {
    const { operation, after } = input as Parsed<'operation.follow'>
    return answerPieces(response, eventStream, operationEvents(deps, operation, after))
  }
  learnSecrets(deps.redactor, input)
  const handler = deps.handlers[name] as (input: unknown, extra?: unknown) => Promise<unknown>
  if (kind === 'call') return answerJson(response, 200, await handler(input))
  if (kind === 'operation') {
    const given = String(request.headers[operationHeader] ?? '')
    const id = operationId.test(given) ? given : deps.newId()
    deps.operations.start(id, (scope) => handler(input, scope))
    return answerPieces(response, eventStream, operationEvents(deps, id, 0))
  }
  const left = new AbortController()
  response.once('close', () => left.abort())
  const pieces = (await handler(input, left.signal)) as Pieces
  return answerPieces(response, kind === 'bytes' ? 'application/octet-stream' : eventStream, pieces)
}

const eventStream = 'text/event-stream'

/** Variables of the caller's shell come with some requests. */
function learnSecrets(redactor: Redactor, input: unknown): void {
  const { variables, environment } = input as Partial<Record<string, Record<string, string>>>
  for (const given of [variables, environment]) if (given) redactor.learn(given)
}

/** An operation's messages as server-sent events. Throws OPERATION_NOT_FOUND before the first. */
function operationEvents(deps: AppDeps, id: string, after: number): Pieces {
  return encodeEvents(deps, deps.operations.follow(id, after))
}

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
