import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { version } from '../../lib/version.ts'
import { toApiError } from '../failure.ts'
import { ciTools } from './ci-tools.ts'
import type { Tool, ToolContext } from './tool.ts'

/** Every tool, by name; a family each. */
export const tools: Readonly<Record<string, Tool>> = { ...ciTools }

/** Serves the tools over this process's stdin and stdout until stdin ends or the signal aborts. */
export async function serveTools(context: ToolContext): Promise<void> {
  const server = new McpServer({ name: 'berth', version })
  for (const [name, tool] of Object.entries(tools))
    server.registerTool(
      name,
      {
        description: tool.description,
        inputSchema: tool.input,
        annotations: { readOnlyHint: tool.readOnly, openWorldHint: false },
      },
      async (given, { signal }) => answer(() => tool.run({ ...context, signal }, given as never)),
    )
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the library's own, which is no event target
  server.server.onclose = close
  process.stdin.once('end', close)
  context.signal.addEventListener('abort', () => close(), { once: true })
  await server.connect(new StdioServerTransport())
  await closed
  await server.close()
}

/** A failure is an answer too: the model reads what is wrong and what to do. */
async function answer(work: () => ReturnType<Tool['run']>) {
  try {
    const { text, data, failed = false } = await work()
    return { content: [{ type: 'text' as const, text }], structuredContent: data, isError: failed }
  } catch (thrown) {
    const { code, message, hint, details } = toApiError(thrown)
    const text = `${code}: ${message}${hint === '' ? '' : `\nhint: ${hint}`}`
    return {
      content: [{ type: 'text' as const, text }],
      structuredContent: { error: { code, message, hint, details } },
      isError: true,
    }
  }
}
