import type { AgentAdapter, AgentRequest } from './model.ts'

const bypass = '--dangerously-skip-permissions'

/** Claude Code. */
export const claude: AgentAdapter = {
  name: 'claude',
  program: 'claude',
  package: '@anthropic-ai/claude-code',
  key: 'ANTHROPIC_API_KEY',
  invoke(request) {
    const { mode, prompt, model, unattended } = request
    const options = [
      // stream-json is refused without --verbose
      ...(mode === 'headless' ? ['-p', '--output-format', 'stream-json', '--verbose'] : []),
      ...(model === null ? [] : ['--model', model]),
      ...(unattended ? [bypass] : []),
      ...request.args,
    ]
    const env = variables(request, options)
    if (mode === 'headless') return { args: options, env, stdin: prompt ?? '' }
    // `--` ends options that take several values (--allowedTools a b) and lets a prompt begin with `-`
    return { args: prompt === null ? options : [...options, '--', prompt], env, stdin: null }
  },
}

function variables({ unattended, asRoot }: AgentRequest, options: readonly string[]): Record<string, string> {
  return {
    // the one way past the question about trust that does not write to ~/.claude.json
    ...(unattended ? { CLAUDE_CODE_SANDBOXED: '1' } : {}),
    // as root it refuses to skip permissions unless told that it is in a sandbox
    ...(asRoot && options.includes(bypass) ? { IS_SANDBOX: '1' } : {}),
  }
}
