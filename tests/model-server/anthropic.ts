/** Anthropic Messages API (claude). POST {base}/v1/messages, JSON or SSE. */
import { randomUUID } from 'node:crypto'
import type { Action, Protocol, Seen } from './protocol.ts'

interface Block {
  type: string
  text?: string
  content?: Content
}
type Content = string | Block[] | undefined
interface Request {
  model: string
  stream?: boolean
  system?: Content
  messages?: { role: string; content: Content }[]
  tools?: { name: string }[]
}

export const anthropic: Protocol = {
  name: 'anthropic',
  match: (path) => path.endsWith('/v1/messages'),
  wantsStream: (_path, body) => (body as Request).stream === true,
  read: (_path, body) => read(body as Request),
  reply: (body, action) => reply(body as Request, action),
  stream: (body, action) => stream(body as Request, action),
  error: (status, message) => ({
    type: 'error',
    error: {
      type: status === 401 ? 'authentication_error' : status === 429 ? 'rate_limit_error' : 'api_error',
      message,
    },
  }),
}

function read(body: Request): Seen {
  let prompt = ''
  let outputs: string[] = []
  let results = 0
  for (const message of body.messages ?? []) {
    if (message.role !== 'user') continue
    const blocks = blocksOf(message.content)
    const done = blocks.filter((block) => block.type === 'tool_result')
    if (done.length > 0) {
      results += 1
      outputs.push(...done.map((block) => textOf(block.content)))
      continue
    }
    // the CLI adds <system-reminder> blocks to the user's turn; the prompt is what is left
    const own = blocks.filter(({ type, text }) => type === 'text' && !text?.trimStart().startsWith('<system-reminder>'))
    if (own.length === 0) continue
    prompt = textOf(own)
    results = 0
    outputs = []
  }
  const context = [textOf(body.system), ...(body.messages ?? []).map((message) => textOf(message.content))].join('\n')
  return { model: body.model, tools: (body.tools ?? []).map((tool) => tool.name), prompt, results, outputs, context }
}

function reply(body: Request, action: Action) {
  return {
    id: `msg_${randomUUID().slice(0, 12)}`,
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [contentOf(action)],
    stop_reason: action.kind === 'text' ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: action.usage.input, output_tokens: action.usage.output },
  }
}

function* stream(body: Request, action: Action): Iterable<string> {
  const message = reply(body, action)
  const block = contentOf(action)
  yield event('message_start', {
    message: { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } },
  })
  if (block.type === 'text') {
    yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
    yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: block.text } })
  } else {
    const delta = { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
    yield event('content_block_start', { index: 0, content_block: { ...block, input: {} } })
    yield event('content_block_delta', { index: 0, delta })
  }
  yield event('content_block_stop', { index: 0 })
  yield event('message_delta', {
    delta: { stop_reason: message.stop_reason, stop_sequence: null },
    usage: { output_tokens: action.usage.output },
  })
  yield event('message_stop', {})
}

function contentOf(action: Action) {
  return action.kind === 'text'
    ? ({ type: 'text', text: action.text } as const)
    : ({ type: 'tool_use', id: `toolu_${randomUUID().slice(0, 12)}`, name: action.name, input: action.input } as const)
}

const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const blocksOf = (content: Content): Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])

const textOf = (content: Content): string =>
  blocksOf(content)
    .map((block) => block.text ?? '')
    .join('\n')
