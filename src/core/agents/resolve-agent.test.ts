import { describe, expect, test } from 'vitest'
import type { AgentConfig } from '../config/model.ts'
import { agentCommand, agentNames, builtInAgents, resolveAgent } from './resolve-agent.ts'

const asIs: AgentConfig = { command: null, args: [], model: null, unattended: false, env: {} }
const here = { directory: '/workspaces/shop/feat "a"', asRoot: false }

function command(
  name: string,
  prompt: string | null,
  more: Partial<Parameters<typeof agentCommand>[1]> = {},
  declared: Record<string, Partial<AgentConfig>> = {},
) {
  const agents = Object.fromEntries(Object.entries(declared).map(([key, config]) => [key, { ...asIs, ...config }]))
  const agent = resolveAgent(name, agents)
  if (!agent) throw new Error(`no agent ${name}`)
  return agentCommand(agent, { mode: 'interactive', prompt, ...here, ...more })
}

describe('interactive', () => {
  test.each([
    ['claude', ['claude', '--', '- do it']],
    ['codex', ['codex', '-c', 'features.daemon_auto_start=false', '--', '- do it']],
    ['opencode', ['opencode', '--prompt=- do it']],
    ['gemini', ['gemini', '--prompt-interactive=- do it']],
  ])('%s gets its prompt as an argument, whatever it begins with', (name, argv) => {
    expect(command(name, '- do it')).toMatchObject({ argv, stdin: null })
  })

  test.each(builtInAgents.map(({ name }) => name))('%s starts without a prompt', (name) => {
    const { argv } = command(name, null)
    expect(argv[0]).toBe(name)
    expect(argv).not.toContain('--')
    expect(argv.join(' ')).not.toContain('prompt')
  })

  test.each(builtInAgents.map(({ name }) => name))('%s asks its questions unless told not to', (name) => {
    const risky = /dangerous|yolo|trust|--auto\b|SANDBOX/
    const asking = command(name, 'x', { asRoot: true })
    expect(JSON.stringify([asking.argv, asking.env])).not.toMatch(risky)
    const silent = command(name, 'x', { unattended: true, asRoot: true })
    expect(JSON.stringify([silent.argv, silent.env])).toMatch(risky)
  })

  test('unattended claude as root says that it is in a sandbox, as another user it need not', () => {
    expect(command('claude', 'x', { unattended: true, asRoot: true })).toMatchObject({
      argv: ['claude', '--dangerously-skip-permissions', '--', 'x'],
      env: { IS_SANDBOX: '1', CLAUDE_CODE_SANDBOXED: '1' },
    })
    expect(command('claude', 'x', { unattended: true }).env).toEqual({ CLAUDE_CODE_SANDBOXED: '1' })
  })

  test('unattended codex trusts the directory for this run', () => {
    expect(command('codex', null, { unattended: true }).argv).toContain(
      String.raw`projects={"/workspaces/shop/feat \"a\""={trust_level="trusted"}}`,
    )
  })
})

describe('headless', () => {
  test.each([
    ['claude', ['claude', '-p', '--output-format', 'stream-json', '--verbose', '--model', 'm']],
    [
      'codex',
      [
        'codex',
        'exec',
        '--json',
        '--skip-git-repo-check',
        '-c',
        'features.daemon_auto_start=false',
        '--model',
        'm',
        '-',
      ],
    ],
    ['opencode', ['opencode', 'run', '--format', 'json', '--model', 'm']],
    ['gemini', ['gemini', '--output-format', 'stream-json', '--model', 'm']],
  ])('%s gets its prompt on stdin', (name, argv) => {
    expect(command(name, '- do it', { mode: 'headless', model: 'm' })).toMatchObject({ argv, stdin: '- do it' })
  })
})

describe('settings of the project', () => {
  test('change a built-in agent', () => {
    const settings = {
      command: ['npx', 'claude'],
      args: ['--verbose'],
      model: 'opus',
      unattended: true,
      env: { A: 'b' },
    }
    expect(command('claude', 'x', {}, { claude: settings })).toEqual({
      argv: ['npx', 'claude', '--model', 'opus', '--dangerously-skip-permissions', '--verbose', '--', 'x'],
      args: ['--model', 'opus', '--dangerously-skip-permissions', '--verbose', '--', 'x'],
      env: { CLAUDE_CODE_SANDBOXED: '1', A: 'b' },
      stdin: null,
    })
  })

  test('give a built-in agent another name', () => {
    const declared = { haiku: { command: ['/opt/bin/claude'], model: 'haiku' } }
    expect(command('haiku', 'x', {}, declared).argv).toEqual(['/opt/bin/claude', '--model', 'haiku', '--', 'x'])
  })

  test('what the command line asks for wins', () => {
    const declared = { claude: { model: 'opus', unattended: true } }
    expect(command('claude', null, { model: 'haiku', unattended: false }, declared).argv).toEqual([
      'claude',
      '--model',
      'haiku',
    ])
  })

  test.each([
    ['the prompt goes last', ['-v'], 'do it', ['aider', '-v', 'do it']],
    ['or where it is wanted', ['--ask', '{prompt}', '--now'], 'do it', ['aider', '--ask', 'do it', '--now']],
    ['or into an argument', ['--ask={prompt}'], '$& {model}', ['aider', '--ask=$& {model}']],
    ['without one its option is left out', ['--ask', '{prompt}', '--now'], null, ['aider', '--now']],
    ['or its argument', ['--ask={prompt}', '--now'], null, ['aider', '--now']],
    ['so is a model nobody chose', ['--model', '{model}', '{prompt}'], 'x', ['aider', 'x']],
  ])('declare an agent: %s', (_, args, prompt, argv) => {
    expect(command('mine', prompt, {}, { mine: { command: ['aider'], args } }).argv).toEqual(argv)
  })

  test('an agent without a command is a program of that name', () => {
    expect(command('aider', 'x', {}, { aider: {} }).argv).toEqual(['aider', 'x'])
  })
})

test('every other name is no agent', () => {
  expect(resolveAgent('npm', {})).toBeUndefined()
  expect(resolveAgent('toString', {})).toBeUndefined()
  expect(agentNames({ mine: asIs, claude: asIs })).toEqual(['claude', 'codex', 'gemini', 'mine', 'opencode'])
})
