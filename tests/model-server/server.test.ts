/** The scripted model as the four vendors' APIs; smoke.ts is the same with the real CLIs. */
import { afterEach, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from './server.ts'

const prompt = { role: 'user', content: 'say hello' }
const claudeTools = [{ name: 'Bash' }, { name: 'Write' }]
const chatTools = [{ type: 'function', function: { name: 'bash' } }]
const codexTools = [{ type: 'function', name: 'exec_command' }]
const geminiTools = [{ functionDeclarations: [{ name: 'run_shell_command' }] }]

/** One vendor: a request with a prompt, the same after one tool result, and the tool call the script's step becomes. */
const vendors = [
  {
    name: 'anthropic',
    path: '/v1/messages',
    first: { messages: [prompt], tools: claudeTools },
    second: {
      messages: [prompt, { role: 'user', content: [{ type: 'tool_result', content: 'ok' }] }],
      tools: claudeTools,
    },
    call: '"name":"Write","input":{"file_path":"/tmp/hello.txt","content":"hello"}',
  },
  {
    name: 'openai-responses',
    path: '/v1/responses',
    first: { input: 'say hello', tools: codexTools },
    second: { input: [prompt, { type: 'function_call_output', output: 'ok' }], tools: codexTools },
    call: String.raw`"arguments":"{\"cmd\":\"printf %s hello > /tmp/hello.txt\"}"`,
  },
  {
    name: 'openai-chat',
    path: '/v1/chat/completions',
    first: { messages: [prompt], tools: chatTools },
    second: { messages: [prompt, { role: 'tool', content: 'ok' }], tools: chatTools },
    call: String.raw`{\"command\":\"printf %s hello > /tmp/hello.txt\"`,
  },
  {
    name: 'gemini',
    path: '/v1beta/models/scripted:generateContent',
    first: { contents: [{ parts: [{ text: 'say hello' }] }], tools: geminiTools },
    second: {
      contents: [{ parts: [{ text: 'say hello' }] }, { parts: [{ functionResponse: { response: 'ok' } }] }],
      tools: geminiTools,
    },
    call: '"name":"run_shell_command","args":{"command":"printf %s hello > /tmp/hello.txt"',
  },
]

let server: ModelServer
afterEach(() => server.close())

const post = (path: string, body: object) =>
  fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify({ model: 'scripted', ...body }) })

describe.each(vendors)('$name', ({ path, first, second, call }) => {
  test('the script is followed, step by step', async () => {
    server = await startModelServer({ script: [{ write: '/tmp/hello.txt', content: 'hello' }, { text: 'all done' }] })
    expect(await (await post(path, first)).text()).toContain(call)
    expect(await (await post(path, second)).text()).toContain('all done')
    expect(server.requests.map(({ seen }) => [seen?.prompt, seen?.results])).toEqual([
      ['say hello', 0],
      ['say hello', 1],
    ])
  })

  test('a side request without tools gets a fixed text', async () => {
    server = await startModelServer({ script: [{ text: 'the answer' }] })
    expect(await (await post(path, { ...first, tools: [] })).text()).toContain('scripted')
  })

  test('failures reach the agent as they would from the vendor', async () => {
    server = await startModelServer({ script: [{ status: 429, message: 'too fast' }] })
    const limited = await post(path, first)
    expect([limited.status, await limited.text()]).toEqual([429, expect.stringContaining('too fast')])
    await server.close()

    server = await startModelServer({ script: [{ drop: 'before' }] })
    await expect(post(path, first)).rejects.toThrow('fetch failed')
    await server.close()

    server = await startModelServer({ script: [{ drop: 'middle' }] })
    const cut = await post(path, first)
    await expect(cut.text()).rejects.toThrow('terminated')
  })
})

test('streams end with the whole answer', async () => {
  server = await startModelServer({ script: [{ text: 'streamed' }] })
  const answer = await post('/v1/messages', { messages: [prompt], tools: claudeTools, stream: true })
  const events = [...(await answer.text()).matchAll(/^event: (.*)$/gm)].map(([, name]) => name)
  expect(events).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
})
