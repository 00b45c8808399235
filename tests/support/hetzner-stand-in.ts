import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as z from 'zod'
import { type Answer, created, invalid, ok, paged, Refusal, refuse, send } from './hetzner-answers.ts'
import {
  actionDocument,
  bodies,
  offered,
  type StandInAction,
  type StandInServer,
  serverDocument,
} from './hetzner-api.ts'

/** A Hetzner of one's own: keeps servers, runs actions in its own time, and refuses what the real one refuses. */
export interface HetznerStandIn {
  /** For `endpoint`; where it listens on a socket, that. */
  endpoint: string
  token: string
  servers: Map<number, StandInServer>
  keys: Map<number, { name: string; publicKey: string }>
  /** Requests as they came: `POST /servers`. */
  requests: string[]
  /** Answers the next requests with 429; the limit is full again `resetIn` seconds from now. */
  limit(requests: number, resetIn?: number): void
  /** Answers the next requests with this error. */
  fail(requests: number, status: number, code: string): void
  /** Does what the next request of this kind asks for, and breaks the connection before it is answered. */
  lose(request: string): void
  /** Lets actions of this kind fail. */
  failAction(command: string, error: { code: string; message: string }): void
  /** How often an action is looked at before it is done. */
  slow(looks: number): void
  /** The operating systems of its servers do not react to the power button. */
  ignoreShutdown(): void
  close(): Promise<void>
}

interface State {
  servers: Map<number, StandInServer>
  keys: Map<number, { name: string; publicKey: string }>
  actions: Map<number, StandInAction>
  failing: Map<string, { code: string; message: string }>
  looks: number
  ignoresShutdown: boolean
  nextId: number
  /** Where all of its servers are; made up for each when absent. */
  address: string | undefined
}

/** Raises one on a free port of this machine. */
export async function raiseHetzner({
  token = 'hcloud-stand-in-token-0123456789abcdef',
  address,
  socket,
}: {
  token?: string
  address?: string
  socket?: string
} = {}): Promise<HetznerStandIn> {
  const state: State = {
    servers: new Map(),
    keys: new Map(),
    actions: new Map(),
    failing: new Map(),
    looks: 1,
    ignoresShutdown: false,
    nextId: 100,
    address,
  }
  const requests: string[] = []
  const faults: { left: number; refusal: Refusal; headers: Record<string, string> }[] = []
  const lost = new Set<string>()
  const server = createServer((request, response) => {
    const name = `${request.method} ${(request.url ?? '').replace(/\?.*/, '').replace(/^\/v1/, '')}`
    requests.push(name)
    const fault = faults.find(({ left }) => left > 0)
    const answered = fault && fault.left-- > 0 ? Promise.reject(fault.refusal) : answer(state, token, request, name)
    answered.then(
      ({ status, document }) => {
        if (lost.delete(name)) response.destroy()
        else send(response, status, document)
      },
      (error: unknown) => refuse(response, error, fault?.headers),
    )
  })
  await new Promise<void>((resolve) =>
    socket === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(socket, resolve),
  )
  return {
    endpoint: socket ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    token,
    servers: state.servers,
    keys: state.keys,
    requests,
    limit(left, resetIn = 1) {
      const reset = String(Math.ceil(Date.now() / 1000) + resetIn)
      const headers = { 'RateLimit-Limit': '3600', 'RateLimit-Remaining': '0', 'RateLimit-Reset': reset }
      faults.push({
        left,
        headers,
        refusal: new Refusal(429, 'rate_limit_exceeded', 'limit of 3600 requests per hour reached'),
      })
    },
    fail: (left, status, code) =>
      void faults.push({ left, headers: {}, refusal: new Refusal(status, code, `failed as asked: ${code}`) }),
    lose: (request) => void lost.add(request),
    failAction: (command, error) => void state.failing.set(command, error),
    slow: (looks) => void (state.looks = looks),
    ignoreShutdown: () => void (state.ignoresShutdown = true),
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function answer(state: State, token: string, request: IncomingMessage, name: string): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  if (request.headers.authorization !== `Bearer ${token}`)
    throw new Refusal(401, 'unauthorized', 'unable to authenticate')
  const url = new URL(request.url ?? '', 'http://x')
  const [method = '', path = ''] = name.split(' ')
  const [, noun = '', id, actions, command] = path.split('/')
  const key = `${method} ${[noun, id && ':id', actions, command].filter(Boolean).join('/')}`
  const route = routes[key]
  if (route === undefined || !(request.url ?? '').startsWith('/v1/')) throw new Refusal(404, 'not_found', `no ${name}`)
  if (text !== '' && request.headers['content-type'] !== 'application/json')
    throw new Refusal(400, 'json_error', 'the body is no JSON')
  return route(state, { id: Number(id), query: url.searchParams, text })
}

interface Asked {
  id: number
  query: URLSearchParams
  text: string
}

const routes: Record<string, (state: State, asked: Asked) => Answer> = {
  'GET servers': (state, { query }) => {
    const [label, value] = (query.get('label_selector') ?? '').split('=')
    const all = [...state.servers.values()].filter(({ labels }) => !label || labels[label] === value)
    return paged(all.map(serverDocument), 'servers', query)
  },
  'GET servers/:id': (state, { id }) => ok({ server: serverDocument(serverOf(state, id)) }),
  'POST servers': createServerRoute,
  'DELETE servers/:id': (state, { id }) => {
    const server = unlocked(state, id)
    server.status = 'deleting'
    return ok({ action: actionDocument(begin(state, id, 'delete_server')) })
  },
  'POST servers/:id/actions/shutdown': (state, { id }) => {
    unlocked(state, id)
    return created({ action: actionDocument(begin(state, id, 'shutdown_server')) })
  },
  'POST servers/:id/actions/poweroff': (state, { id }) => {
    unlocked(state, id)
    return created({ action: actionDocument(begin(state, id, 'stop_server')) })
  },
  'POST servers/:id/actions/poweron': (state, { id }) => {
    unlocked(state, id).status = 'starting'
    return created({ action: actionDocument(begin(state, id, 'start_server')) })
  },
  'GET actions/:id': (state, { id }) => {
    const action = state.actions.get(id)
    if (action === undefined) throw new Refusal(404, 'not_found', `action with ID '${id}' not found`)
    if (!action.done && --action.looks <= 0) finish(state, action)
    return ok({ action: actionDocument(action) })
  },
  'GET ssh_keys': (state, { query }) => {
    const all = [...state.keys].map(([id, { name, publicKey }]) => ({
      id,
      name,
      public_key: publicKey,
      fingerprint: '',
      labels: {},
      created: '',
    }))
    return paged(all, 'ssh_keys', query)
  },
  'POST ssh_keys': (state, { text }) => {
    const body = bodyOf(bodies.createKey, text)
    if ([...state.keys.values()].some(({ publicKey }) => publicKey.split(' ')[1] === body.public_key.split(' ')[1]))
      throw new Refusal(409, 'uniqueness_error', 'SSH key not unique')
    const id = state.nextId++
    state.keys.set(id, { name: body.name, publicKey: body.public_key })
    return created({
      ssh_key: { id, name: body.name, public_key: body.public_key, fingerprint: '', labels: {}, created: '' },
    })
  },
}

function createServerRoute(state: State, { text }: Asked): Answer {
  const body = bodyOf(bodies.createServer, text)
  if (!(String(body.server_type) in offered.types)) throw invalid('server_type', 'server type not found')
  if (!offered.images.includes(String(body.image))) throw invalid('image', 'image not found')
  const location = body.location ?? 'fsn1'
  if (!offered.locations.includes(location)) throw invalid('location', 'location not found')
  const keys = (body.ssh_keys ?? []).map(Number)
  if (keys.some((key) => !state.keys.has(key))) throw invalid('ssh_keys', 'SSH key not found')
  if ([...state.servers.values()].some(({ name }) => name === body.name))
    throw new Refusal(409, 'uniqueness_error', 'server name is already used', { fields: [{ name: 'name' }] })
  const server: StandInServer = {
    id: state.nextId++,
    name: body.name,
    status: 'initializing',
    type: String(body.server_type),
    image: String(body.image),
    location,
    labels: body.labels ?? {},
    userData: body.user_data ?? '',
    keys,
    address: state.address,
  }
  state.servers.set(server.id, server)
  const action = begin(state, server.id, 'create_server')
  const next = begin(state, server.id, 'start_server')
  const answer = {
    server: serverDocument(server),
    action: actionDocument(action),
    next_actions: [actionDocument(next)],
  }
  return created({ ...answer, root_password: keys.length === 0 ? 'secret' : null })
}

function bodyOf<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw new Refusal(400, 'json_error', 'invalid JSON')
  }
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path, message }) => ({ name: path.join('.'), messages: [message] }))
  throw new Refusal(422, 'invalid_input', `invalid input in fields ${fields.map(({ name }) => name).join(', ')}`, {
    fields,
  })
}

function serverOf(state: State, id: number): StandInServer {
  const server = state.servers.get(id)
  if (server === undefined) throw new Refusal(404, 'not_found', `server with ID '${id}' not found`)
  return server
}

/** A server that nothing else is being done to. */
function unlocked(state: State, id: number): StandInServer {
  const server = serverOf(state, id)
  if ([...state.actions.values()].some((action) => action.server === id && !action.done))
    throw new Refusal(423, 'locked', 'server is locked')
  return server
}

function begin(state: State, server: number, command: string): StandInAction {
  const error = state.failing.get(command) ?? null
  const action = { id: state.nextId++, command, server, looks: state.looks, error, done: false }
  state.actions.set(action.id, action)
  return action
}

const statusAfter: Record<string, StandInServer['status']> = { start_server: 'running', stop_server: 'off' }

function finish(state: State, action: StandInAction): void {
  action.done = true
  const server = state.servers.get(action.server)
  if (action.error !== null || server === undefined) return
  if (action.command === 'delete_server') state.servers.delete(server.id)
  else if (action.command === 'shutdown_server') server.status = state.ignoresShutdown ? server.status : 'off'
  else server.status = statusAfter[action.command] ?? server.status
}
