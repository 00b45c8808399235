import { defineCommand } from '../../command.ts'

/** `berth mcp` */
export const mcpCommand = defineCommand({
  name: 'mcp',
  brief: 'Serve tools to an agent over stdin and stdout (Model Context Protocol)',
  details:
    'For the settings of an agent: command "berth", arguments ["mcp"], in the directory of the repository. Its tools: list the checks, say which are stale, run one or all, forget passes, explain a failure.',
  examples: [['berth mcp', 'what an agent starts; claude mcp add berth -- berth mcp']],
  async run(context) {
    const { serveTools } = await import('../../mcp/serve.ts')
    const { directory, env, signal } = context
    await serveTools({ directory, env, signal, client: () => context.client() })
    return { data: undefined }
  },
})
