/** OpenAI chat completions (opencode through @ai-sdk/openai-compatible). POST {base}/chat/completions, JSON or SSE. */
import { randomUUID } from 'node:crypto'
import type { Action, Protocol, Seen } from './protocol.ts'

type Content = string | { text?: string }[] | null | undefined
interface Request {
  model: string
  stream?: boolean
  messages?: { role: string; content: Content }[]
  tools?: { function: { name: string } }[]
}

export const openaiChat: Protocol = {
  name: 'openai-chat',
  match: (path) => path.endsWith('/chat/completions'),
  wantsStream: (_path, body) => (body as Request).stream === true,
  read: (_path, body) => read(body as Request),
  reply: (body, action) => ({
    ...envelope(body as Request, 'chat.completion', { message: messageOf(action), finish_reason: finishOf(action) }),
    usage: usageOf(action),
  }),
  stream: (body, action) => stream(body as Request, action),
  error: (status, message) => ({
    error: { message, type: status === 401 ? 'invalid_request_error' : 'server_error', code: status },
  }),
}

function read(body: Request): Seen {
  let prompt = ''
  let outputs: string[] = []
  let results = 0
  const messages = body.messages ?? []
  for (const { role, content } of messages) {
    if (role === 'user') {
      prompt = textOf(content)
      results = 0
      outputs = []
    } else if (role === 'tool') {
      results += 1
      outputs.push(textOf(content))
    }
  }
  const context = messages.filter(({ role }) => role === 'system').map(({ content }) => textOf(content))
  const tools = (body.tools ?? []).map((tool) => tool.function.name)
  return { model: body.model, tools, prompt, results, outputs, context: context.join('\n') }
}

function* stream(body: Request, action: Action): Iterable<string> {
  const chunk = (choice: object) => envelope(body, 'chat.completion.chunk', choice)
  yield event(chunk({ delta: messageOf(action), finish_reason: null }))
  yield event({ ...chunk({ delta: {}, finish_reason: finishOf(action) }), usage: usageOf(action) })
  yield 'data: [DONE]\n\n'
}

function envelope(body: Request, object: string, choice: object) {
  return {
    id: `chatcmpl-${randomUUID().slice(0, 12)}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model: body.model,
    choices: [{ index: 0, ...choice }],
  }
}

function messageOf(action: Action) {
  if (action.kind === 'text') return { role: 'assistant', content: action.text }
  const call = { name: action.name, arguments: JSON.stringify(action.input) }
  const id = `call_${randomUUID().slice(0, 12)}`
  return { role: 'assistant', content: null, tool_calls: [{ index: 0, id, type: 'function', function: call }] }
}

const finishOf = (action: Action) => (action.kind === 'text' ? 'stop' : 'tool_calls')

const usageOf = ({ usage: { input, output } }: Action) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`

const textOf = (content: Content): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n')
