import type { AgentAdapter } from './model.ts'

/** Codex. */
export const codex: AgentAdapter = {
  name: 'codex',
  program: 'codex',
  package: '@openai/codex',
  key: null,
  invoke({ mode, prompt, model, args, unattended, directory }) {
    // As a value, since a dotted key cannot hold a path. For this run only: it is not written to config.toml.
    const trust = `projects={${JSON.stringify(directory)}={trust_level="trusted"}}`
    const options = [
      ...(mode === 'headless' ? ['exec', '--json', '--skip-git-repo-check'] : []),
      // its background daemon would outlive the session, and be shared with other sessions
      '-c',
      'features.daemon_auto_start=false',
      ...(model === null ? [] : ['--model', model]),
      ...(unattended ? ['--dangerously-bypass-approvals-and-sandbox', '-c', trust] : []),
      ...args,
    ]
    if (mode === 'headless') return { args: [...options, '-'], env: {}, stdin: prompt ?? '' }
    return { args: prompt === null ? options : [...options, '--', prompt], env: {}, stdin: null }
  },
}
