import type { AgentAdapter } from './model.ts'

/** Gemini CLI. */
export const gemini: AgentAdapter = {
  name: 'gemini',
  program: 'gemini',
  package: '@google/gemini-cli',
  key: 'GEMINI_API_KEY',
  invoke({ mode, prompt, model, args, unattended }) {
    const options = [
      ...(mode === 'headless' ? ['--output-format', 'stream-json'] : []),
      ...(model === null ? [] : ['--model', model]),
      ...(unattended ? ['--yolo', '--skip-trust'] : []),
      ...args,
    ]
    // it would start itself again as a child, whose parent ignores SIGTERM and leaves it behind when killed
    const env = { GEMINI_CLI_NO_RELAUNCH: 'true' }
    if (mode === 'headless') return { args: options, env, stdin: prompt ?? '' }
    // in one piece, so that a prompt may begin with `-`
    return { args: prompt === null ? options : [...options, `--prompt-interactive=${prompt}`], env, stdin: null }
  },
}
