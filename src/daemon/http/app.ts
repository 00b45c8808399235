import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Route } from '../../contract/route.ts'
import { type Output, type Parsed, type RouteName, routes } from '../../contract/routes.ts'
import { operationHeader, operationId, routePath, sse, versionHeader } from '../../contract/wire.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { OperationRegistry } from '../operations/registry.ts'
import type { Redactor } from '../redactor.ts'
import { errorBody, statusOf } from './errors.ts'

type KindOf<N extends RouteName> = (typeof routes)[N]['kind']

/** What serves a route: a call answers, an operation works inside its scope, a feed or bytes route streams. */
export type Handler<N extends RouteName> =
  KindOf<N> extends 'call'
    ? (input: Parsed<N>) => Promise<Output<N>>
    : KindOf<N> extends 'operation'
      ? (input: Parsed<N>, scope: OperationScope) => Promise<Output<N>>
      : (input: Parsed<N>, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>

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

/** The API as an HTTP application, built from the contract's table. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono()
  app.onError((error, context) => fail(deps, context, error))
  // before the input is read: another version's may look different
  app.use(async (context, next) => {
    const refusal = refuseOtherVersion(deps, context)
    if (!refusal) await next()
    else context.res = refusal
    context.res.headers.set(versionHeader, deps.version)
  })
  for (const [name, definition] of Object.entries(routes)) {
    app.post(routePath(name), async (context) =>
      serve(deps, context, name as RouteName, definition, await readInput(context, definition)),
    )
  }
  return app
}

function refuseOtherVersion(deps: AppDeps, context: Context): Response | undefined {
  const caller = context.req.header(versionHeader)
  if (caller === undefined || caller === deps.version || anyVersion.has(context.req.path)) return undefined
  const error = new AppError('VERSION_MISMATCH', `berthd is ${deps.version}, berth is ${caller}`)
  return context.json({ error: errorBody(error) }, 426)
}

/** The body as the contract describes it, defaults filled in. Throws USAGE naming every fault. */
async function readInput(context: Context, { input }: Route): Promise<unknown> {
  const result = input.safeParse(await jsonOf(context))
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new AppError('USAGE', `the request is not of the contract's form: ${faults.join('; ')}`, {
    details: { faults },
  })
}

async function jsonOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json()
  } catch (cause) {
    throw new AppError('USAGE', 'the request is no JSON document', { cause })
  }
}

async function serve(deps: AppDeps, context: Context, name: RouteName, { kind }: Route, input: unknown) {
  if (name === 'operation.cancel') {
    deps.operations.cancel((input as { operation: string }).operation)
    return context.json({})
  }
  if (name === 'operation.follow') {
    const { operation, after } = input as Parsed<'operation.follow'>
    return streamOperation(deps, context, operation, after)
  }
  learnSecrets(deps.redactor, input)
  const handler = deps.handlers[name] as (input: unknown, extra?: unknown) => Promise<unknown>
  if (kind === 'call') return context.json((await handler(input)) as object)
  if (kind === 'operation') {
    const given = context.req.header(operationHeader) ?? ''
    const id = operationId.test(given) ? given : deps.newId()
    deps.operations.start(id, (scope) => handler(input, scope))
    return streamOperation(deps, context, id, 0)
  }
  const stream = (await handler(input, context.req.raw.signal)) as ReadableStream<Uint8Array>
  const type = kind === 'bytes' ? 'application/octet-stream' : 'text/event-stream'
  return context.body(stream, 200, { 'content-type': type })
}

/** Variables of the caller's shell come with some requests. */
function learnSecrets(redactor: Redactor, input: unknown): void {
  const { variables, environment } = input as Partial<Record<string, Record<string, string>>>
  for (const given of [variables, environment]) if (given) redactor.learn(given)
}

function streamOperation(deps: AppDeps, context: Context, id: string, after: number) {
  const messages = deps.operations.follow(id, after)
  return streamSSE(context, async (stream) => {
    for await (const message of messages) {
      if (stream.aborted) return
      await stream.writeSSE({ id: String(message.id), ...toServerEvent(deps, message) })
    }
  })
}

function toServerEvent(
  deps: AppDeps,
  message: Awaited<ReturnType<OperationRegistry['follow']>> extends AsyncIterable<infer M> ? M : never,
) {
  if (message.kind === 'progress')
    return { event: sse.progress, data: JSON.stringify(deps.redactor.value(message.event)) }
  if (message.kind === 'result') return { event: sse.result, data: JSON.stringify(message.value ?? {}) }
  if (message.error.code === 'INTERNAL') deps.onInternalError(message.error)
  return { event: sse.error, data: JSON.stringify(deps.redactor.value(errorBody(message.error))) }
}

function fail(deps: AppDeps, context: Context, thrown: unknown) {
  const error = toAppError(thrown)
  if (error.code === 'INTERNAL') deps.onInternalError(error)
  return context.json({ error: deps.redactor.value(errorBody(error)) }, statusOf(error.code))
}
