/** Gemini API (gemini-cli). POST {base}/v1beta/models/M:generateContent | :streamGenerateContent?alt=sse */
import type { Action, Protocol, Seen } from './protocol.ts'

interface Turn {
  role?: string
  parts?: { text?: string; functionResponse?: { response: unknown } }[]
}
interface Request {
  systemInstruction?: Turn
  contents?: Turn[]
  tools?: { functionDeclarations?: { name: string }[] }[]
}

export const gemini: Protocol = {
  name: 'gemini',
  match: (path) => /:(streamGenerateContent|generateContent)$/.test(path),
  wantsStream: (path) => path.endsWith(':streamGenerateContent'),
  read: (path, body) => read(path, body as Request),
  reply: (_body, action) => reply(action),
  *stream(_body, action) {
    yield `data: ${JSON.stringify(reply(action))}\r\n\r\n`
  },
  error: (status, message) => ({
    error: {
      code: status,
      message,
      status: status === 401 ? 'UNAUTHENTICATED' : status === 429 ? 'RESOURCE_EXHAUSTED' : 'INTERNAL',
    },
  }),
}

function read(path: string, body: Request): Seen {
  let prompt = ''
  let outputs: string[] = []
  let results = 0
  for (const turn of body.contents ?? []) {
    if (turn.role === 'model') continue
    const done = (turn.parts ?? []).flatMap((part) => part.functionResponse ?? [])
    if (done.length > 0) {
      results += 1
      outputs.push(...done.map(({ response }) => JSON.stringify(response)))
      continue
    }
    // the CLI puts <session_context> in the user's turn, as a part of its own
    const own = (turn.parts ?? []).filter(({ text }) => text && !text.trimStart().startsWith('<session_context>'))
    if (own.length === 0) continue
    prompt = own.map((part) => part.text).join('\n')
    results = 0
    outputs = []
  }
  return {
    model: /models\/([^:]+):/.exec(path)?.[1],
    tools: (body.tools ?? []).flatMap((tool) => (tool.functionDeclarations ?? []).map(({ name }) => name)),
    prompt,
    results,
    outputs,
    context: [body.systemInstruction, ...(body.contents ?? [])].map(textOf).join('\n'),
  }
}

function reply(action: Action) {
  const { input, output } = action.usage
  const part =
    action.kind === 'text' ? { text: action.text } : { functionCall: { name: action.name, args: action.input } }
  return {
    candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
    modelVersion: 'scripted',
  }
}

const textOf = (turn: Turn | undefined): string => (turn?.parts ?? []).map((part) => part.text ?? '').join('\n')
