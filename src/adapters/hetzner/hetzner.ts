import type * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { CloudServer, Provider, ServerRequest } from '../../core/ports/provider.ts'
import type { Clock } from '../../core/ports.ts'
import { type ApiOptions, type ApiRequest, createHetznerApi } from './api.ts'
import { failureOf } from './failures.ts'
import { type Action, answers, read, toServer } from './parse.ts'

/** Label by which servers of ours are known. */
const markLabel = 'berth.dev/mark'
/** Between two looks at an action, ms, and how long it may take. */
const actionPause = 1000
const longestAction = 10 * 60_000
/** How long a server may take to shut down before its power is cut, ms. */
const longestShutdown = 60_000

/** The Hetzner Cloud (https://docs.hetzner.cloud). */
export function createHetzner(options: ApiOptions): Provider {
  const api = createHetznerApi(options)
  const { clock } = options
  const ask = async <S extends z.ZodType>(schema: S, request: ApiRequest, signal: AbortSignal) =>
    read(schema, await api.ask(request, signal))
  const context: Context = { ask, clock }
  return {
    createServer: (request, signal) => createServer(context, request, signal),
    server: (id, signal) => orUndefined(serverOf(context, id, signal)),
    marked: (mark, signal) => marked(context, mark, signal),
    deleteServer: (id, signal) =>
      orUndefined(act(context, { method: 'DELETE', path: `/servers/${numeric(id)}` }, signal)),
    stopServer: (id, signal) => stopServer(context, id, signal),
    async startServer(id, signal) {
      const { state } = await serverOf(context, id, signal)
      if (state === 'stopped') await act(context, actionRequest(id, 'poweron'), signal)
    },
  }
}

interface Context {
  ask: <S extends z.ZodType>(schema: S, request: ApiRequest, signal: AbortSignal) => Promise<z.output<S>>
  clock: Clock
}

async function createServer(context: Context, request: ServerRequest, signal: AbortSignal): Promise<CloudServer> {
  const there = await marked(context, request.mark, signal)
  if (there) return there
  const key = await keyId(context, request, signal)
  const body = {
    name: request.name,
    server_type: request.type,
    image: request.image,
    ...(request.region === undefined ? {} : { location: request.region }),
    ssh_keys: [key],
    user_data: request.firstBoot,
    labels: { [markLabel]: request.mark },
    start_after_create: true,
  }
  const made = await createOnce(context, { method: 'POST', path: '/servers', body }, request.mark, signal)
  if (!('action' in made)) return made.server
  const id = String(made.server.id)
  try {
    for (const action of [made.action, ...made.next_actions]) await finish(context, action, signal)
  } catch (error) {
    // a server that could not be made is no use to anybody, and costs
    if (!signal.aborted) await act(context, { method: 'DELETE', path: `/servers/${id}` }, signal).catch(() => undefined)
    throw error
  }
  return serverOf(context, id, signal)
}

/** A request whose answer was lost may have made the server all the same: it is looked for before anything is said. */
async function createOnce(context: Context, request: ApiRequest, mark: string, signal: AbortSignal) {
  try {
    return await context.ask(answers.created, request, signal)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PROVIDER_UNAVAILABLE') throw error
    const server = await marked(context, mark, signal)
    if (server === undefined) throw error
    return { server }
  }
}

/** The key as the API knows it; made known to it where it is not. */
async function keyId(context: Context, { name, publicKey }: ServerRequest, signal: AbortSignal): Promise<number> {
  const wanted = bareKey(publicKey)
  for await (const key of pages(context, '/ssh_keys', answers.keys, ({ ssh_keys: keys }) => keys, signal))
    if (bareKey(key.public_key) === wanted) return key.id
  const body = { name: `berth-${name}-${context.clock.now().getTime()}`, public_key: publicKey }
  const { ssh_key: key } = await context.ask(answers.key, { method: 'POST', path: '/ssh_keys', body }, signal)
  return key.id
}

/** Without its comment. */
const bareKey = (key: string) => key.trim().split(/\s+/).slice(0, 2).join(' ')

async function marked(context: Context, mark: string, signal: AbortSignal): Promise<CloudServer | undefined> {
  const query = { label_selector: `${markLabel}=${mark}` }
  for await (const server of pages(context, '/servers', answers.servers, ({ servers }) => servers, signal, query))
    return toServer(server)
  return undefined
}

/** Everything of a list, page by page. */
async function* pages<S extends z.ZodType<{ meta: { pagination: { next_page: number | null } } }>, T>(
  { ask }: Context,
  path: string,
  schema: S,
  entriesOf: (page: z.output<S>) => readonly T[],
  signal: AbortSignal,
  query: Record<string, string> = {},
): AsyncGenerator<T> {
  for (let page: number | null = 1; page !== null; ) {
    const found: z.output<S> = await ask(
      schema,
      { method: 'GET', path, query: { ...query, page: String(page), per_page: '50' } },
      signal,
    )
    yield* entriesOf(found)
    page = found.meta.pagination.next_page
  }
}

async function serverOf({ ask }: Context, id: string, signal: AbortSignal): Promise<CloudServer> {
  const { server } = await ask(answers.server, { method: 'GET', path: `/servers/${numeric(id)}` }, signal)
  return toServer(server)
}

async function stopServer(context: Context, id: string, signal: AbortSignal): Promise<void> {
  const isOff = async () => (await serverOf(context, id, signal)).state === 'stopped'
  if (await isOff()) return
  await act(context, actionRequest(id, 'shutdown'), signal)
  const deadline = context.clock.now().getTime() + longestShutdown
  while (!(await isOff())) {
    // an operating system may ignore the button
    if (context.clock.now().getTime() > deadline) return act(context, actionRequest(id, 'poweroff'), signal)
    await context.clock.wait(actionPause, signal)
  }
}

const actionRequest = (id: string, command: string): ApiRequest => ({
  method: 'POST',
  path: `/servers/${numeric(id)}/actions/${command}`,
})

/** Asks for something that takes its time, and waits for it. */
async function act(context: Context, request: ApiRequest, signal: AbortSignal): Promise<void> {
  const { action } = await context.ask(answers.action, request, signal)
  await finish(context, action, signal)
}

async function finish({ ask, clock }: Context, action: Action, signal: AbortSignal): Promise<void> {
  const deadline = clock.now().getTime() + longestAction
  for (let current = action; ; ) {
    if (current.status === 'success') return
    if (current.status === 'error') throw actionFailure(current)
    if (clock.now().getTime() > deadline)
      throw new AppError('PROVIDER_FAILED', `Hetzner: ${current.command} did not end within ten minutes`)
    await clock.wait(actionPause, signal)
    const path = `/actions/${current.id}`
    current = (await ask(answers.action, { method: 'GET', path }, signal)).action
  }
}

/** An action fails in the words of the API's errors; one without a word of ours is PROVIDER_FAILED. */
function actionFailure({ command, error }: Action): AppError {
  const { code, message } = error ?? { code: 'action_failed', message: 'it failed' }
  return failureOf({ status: 422, code, message: `${command}: ${message}` })
}

/** Ids are numbers: nothing else gets into a path. */
function numeric(id: string): string {
  if (!/^\d+$/.test(id)) throw new AppError('PROVIDER_INVALID', `${id} is no id of a server`)
  return id
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof AppError && error.details['code'] === 'not_found') return undefined
    throw error
  }
}
