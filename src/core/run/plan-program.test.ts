import { expect, test } from 'vitest'
import { planProgram } from './plan-program.ts'

const place = { directory: '/w', asRoot: false }

test('a known name is an agent, with the project’s settings', () => {
  const settings = { command: null, args: ['--verbose'], model: 'opus', unattended: false, env: { A: 'b' } }
  expect(planProgram({ program: 'claude', args: ['--more'], prompt: 'fix it' }, { claude: settings }, place)).toEqual({
    agent: 'claude',
    argv: ['claude', '--model', 'opus', '--verbose', '--more', '--', 'fix it'],
    env: { A: 'b' },
  })
  expect(planProgram({ program: 'codex', args: [], model: 'm', unattended: true }, {}, place).argv).toEqual([
    'codex',
    '-c',
    'features.daemon_auto_start=false',
    '--model',
    'm',
    '--dangerously-bypass-approvals-and-sandbox',
    '-c',
    'projects={"/w"={trust_level="trusted"}}',
  ])
})

test('every other name is a program', () => {
  expect(planProgram({ program: 'npm', args: ['run'], prompt: 'dev' }, {}, place)).toEqual({
    agent: null,
    argv: ['npm', 'run', 'dev'],
    env: {},
  })
})
