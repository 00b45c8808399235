/**
 * A scripted model server that the real agent CLIs can be pointed at. It speaks four protocols, chosen by
 * request path: Anthropic Messages, OpenAI Responses, OpenAI chat completions, Gemini; one script (script.ts) drives all.
 *
 * It keeps no state: the step is read from the request itself. So retries get the same step, a second prompt or a resumed
 * session starts the script again, and side requests without tools (titles, summaries, routing) get a fixed short text.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { anthropic } from './anthropic.ts'
import { gemini } from './gemini.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Protocol, Seen, Usage } from './protocol.ts'
import { actionFor, type Failure, isFailure, type Script, type Step } from './script.ts'

const protocols = [anthropic, openaiResponses, openaiChat, gemini]

/** Without a script: what the prompt says is to be written into which file ("Write hello into hello.txt."). */
const asAsked: Script = ({ prompt }) => {
  const [, content = 'hello', file = 'hello.txt'] = /write (.+?) into ([\w.-]+\w)/i.exec(prompt) ?? []
  return [{ write: file, content: `${content}\n` }, { text: `${file} is written` }]
}

/** A request an agent made. `protocol`, `seen` and `step` are absent where it asked for something else than an answer. */
export interface RecordedRequest {
  method: string
  path: string
  headers: Record<string, unknown>
  body: unknown
  protocol?: string
  /** Whether tools were offered: a turn of the conversation, not a side request. */
  main?: boolean
  step?: Step
  seen?: Seen
}

export interface ModelServer {
  url: string
  /** What the agent sent, oldest first. */
  requests: RecordedRequest[]
  close(): Promise<void>
}

export interface ModelServerOptions {
  script?: Script
  /** The address it listens at: 127.0.0.1. */
  host?: string
  /** 0 (the default): any free one. */
  port?: number
  /** A file that gets each request as a line of JSON. */
  log?: string
  /** Tokens each answer reports. */
  usage?: Usage
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const { script = asAsked, host = '127.0.0.1', port = 0, log, usage = { input: 100, output: 10 } } = options
  const requests: RecordedRequest[] = []
  const note = (entry: RecordedRequest) => {
    requests.push(entry)
    if (log) appendFileSync(log, `${JSON.stringify(entry)}\n`)
  }
  const server = createServer((request, response) => void answer({ request, response, script, usage, note }))
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, host, resolve))
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  script: Script
  usage: Usage
  note: (entry: RecordedRequest) => void
}

async function answer({ request, response, script, usage, note }: Exchange): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://x').pathname
  const body = parse(Buffer.concat(await request.toArray()).toString())
  const entry = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
  const protocol = request.method === 'POST' ? protocols.find((candidate) => candidate.match(path)) : undefined
  if (protocol === undefined) {
    note(entry)
    return answerOther(response, `${request.method} ${path}`, usage)
  }
  const seen = protocol.read(path, body)
  const main = seen.tools.length > 0
  const steps = typeof script === 'function' ? script(seen) : script
  const step: Step = main ? (steps[seen.results] ?? { text: 'done' }) : { text: 'scripted' }
  note({ ...entry, protocol: protocol.name, main, step, seen })
  // a model that fails, fails side requests too
  const failure = isFailure(step) ? step : main ? undefined : steps.find(isFailure)
  if (failure !== undefined) return fail({ protocol, path, body, response, usage }, failure)

  const action = actionFor(step as Exclude<Step, Failure>, seen, usage)
  if (!protocol.wantsStream(path, body)) return json(response, 200, protocol.reply(body, action))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (const event of protocol.stream(body, action)) response.write(event)
  response.end()
}

interface Failing {
  protocol: Protocol
  path: string
  body: unknown
  response: ServerResponse
  usage: Usage
}

function fail({ protocol, path, body, response, usage }: Failing, failure: Failure): void {
  if ('hang' in failure) return
  if ('status' in failure) {
    const message = failure.message ?? 'scripted failure'
    return json(response, failure.status, protocol.error(failure.status, message))
  }
  if (failure.drop === 'before') {
    response.destroy()
    return
  }
  const action = { kind: 'text', text: 'cut off', usage } as const
  const streamed = protocol.wantsStream(path, body)
  const [start = ''] = streamed
    ? protocol.stream(body, action)
    : [JSON.stringify(protocol.reply(body, action)).slice(0, 40)]
  response.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' })
  response.write(start, () => response.destroy())
}

/** What agents ask beside answers: token counts and model lists. */
function answerOther(response: ServerResponse, asked: string, usage: Usage): void {
  if (asked.endsWith('/count_tokens')) return json(response, 200, { input_tokens: usage.input })
  if (asked.endsWith(':countTokens')) return json(response, 200, { totalTokens: usage.input })
  if (asked.endsWith('/models')) return json(response, 200, { object: 'list', data: [], models: [] })
  return json(response, 404, { error: { message: `no such endpoint: ${asked}` } })
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    // what is not JSON is no request of any protocol; it is answered as one without content
    return {}
  }
}

// node tests/model-server/server.ts [--host ADDRESS] [--port N] [--script steps.json] [--log requests.jsonl]
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      script: { type: 'string' },
      log: { type: 'string' },
    },
  })
  const file = values.script
  const server = await startModelServer({
    port: Number(values.port ?? 0),
    ...(values.host && { host: values.host }),
    ...(values.log && { log: values.log }),
    // read again for each request, so that a step can be changed while the server runs
    ...(file && { script: () => JSON.parse(readFileSync(file, 'utf8')) as Step[] }),
  })
  console.log(server.url)
}
