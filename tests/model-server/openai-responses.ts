/** OpenAI Responses API (codex). POST {base}/responses, JSON or SSE. */
import { randomUUID } from 'node:crypto'
import type { Action, Protocol, Seen } from './protocol.ts'

type Content = string | { text?: string }[] | undefined
interface Item {
  role?: string
  type?: string
  content?: Content
  output?: unknown
}
interface Request {
  model: string
  stream?: boolean
  instructions?: string
  input?: string | Item[]
  tools?: { name?: string; type: string }[]
}

export const openaiResponses: Protocol = {
  name: 'openai-responses',
  match: (path) => path.endsWith('/responses'),
  wantsStream: (_path, body) => (body as Request).stream === true,
  read: (_path, body) => read(body as Request),
  reply: (body, action) => reply(body as Request, action),
  stream: (body, action) => stream(body as Request, action),
  error: (status, message) => ({
    error: { message, type: 'server_error', code: status === 401 ? 'invalid_api_key' : null },
  }),
}

function read(body: Request): Seen {
  const items: Item[] = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : (body.input ?? [])
  let prompt = ''
  let outputs: string[] = []
  let results = 0
  for (const item of items) {
    if (item.role === 'user') {
      const text = textOf(item.content)
      // codex puts AGENTS.md and <environment_context> in user messages of their own
      if (/^\s*(<[a-z_]+>|# AGENTS\.md)/.test(text)) continue
      prompt = text
      results = 0
      outputs = []
    } else if (item.type?.endsWith('_call_output')) {
      results += 1
      outputs.push(typeof item.output === 'string' ? item.output : JSON.stringify(item.output))
    }
  }
  const context = [body.instructions ?? '', ...items.map((item) => textOf(item.content))].join('\n')
  const tools = (body.tools ?? []).map((tool) => tool.name ?? tool.type)
  return { model: body.model, tools, prompt, results, outputs, context }
}

function reply(body: Request, action: Action) {
  const { input, output } = action.usage
  return {
    id: `resp_${randomUUID().slice(0, 12)}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'completed',
    model: body.model,
    output: [itemOf(action)],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  }
}

function* stream(body: Request, action: Action): Iterable<string> {
  const item = itemOf(action)
  const response = { ...reply(body, action), output: [item] }
  yield event('response.created', { response: { ...response, status: 'in_progress', output: [], usage: null } })
  const empty = item.type === 'message' ? { ...item, content: [] } : { ...item, arguments: '' }
  yield event('response.output_item.added', { output_index: 0, item: { ...empty, status: 'in_progress' } })
  if (action.kind === 'text') {
    const place = { item_id: item.id, output_index: 0, content_index: 0 }
    yield event('response.output_text.delta', { ...place, delta: action.text })
  }
  yield event('response.output_item.done', { output_index: 0, item })
  yield event('response.completed', { response })
}

function itemOf(action: Action) {
  if (action.kind === 'text') {
    const content = [{ type: 'output_text', text: action.text, annotations: [] }]
    const id = `msg_${randomUUID().slice(0, 12)}`
    return { id, type: 'message', role: 'assistant', status: 'completed', content } as const
  }
  return {
    id: `fc_${randomUUID().slice(0, 12)}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${randomUUID().slice(0, 12)}`,
    name: action.name,
    arguments: JSON.stringify(action.input),
  } as const
}

const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const textOf = (content: Content): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n')
