import type { AgentAdapter } from './model.ts'

/** opencode. Its models are called `provider/model`. It asks no question about trust. */
export const opencode: AgentAdapter = {
  name: 'opencode',
  program: 'opencode',
  package: 'opencode-ai',
  key: null,
  invoke({ mode, prompt, model, args, unattended }) {
    const options = [
      ...(mode === 'headless' ? ['run', '--format', 'json'] : []),
      ...(model === null ? [] : ['--model', model]),
      ...(unattended ? ['--auto'] : []),
      ...args,
    ]
    // on stdin, since an argument with spaces reaches the model in quotes
    if (mode === 'headless') return { args: options, env: {}, stdin: prompt ?? '' }
    // in one piece, so that a prompt may begin with `-`
    return { args: prompt === null ? options : [...options, `--prompt=${prompt}`], env: {}, stdin: null }
  },
}
