/** The real agent CLIs on two other machines at once, with a scripted model: what they did comes back. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testedAgents } from '../support/agents.ts'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, type LabHost, raiseLab } from '../support/lab.ts'
import { agentsDirectory, type LabModel, putAgentOn, startLabModel } from '../support/lab-agents.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { openTerminal } from '../support/terminal.ts'

/** Agent, host, task. */
const works: [string, LabHost, string][] = [
  ['claude', 'h1', 'tea'],
  ['codex', 'h2', 'coffee'],
]
const tested = works.every(([agent]) => testedAgents.includes(agent))

describe.skipIf(!tested)('agents on two machines', () => {
  let lab: Lab
  let berth: TestBerth
  let model: LabModel
  let shop: TestProject
  beforeAll(async () => {
    shop = await makeProject({ 'menu.txt': 'water\n' }, { name: 'shop' })
    lab = await raiseLab({ hosts: 2, env: { LAB_SHARE: agentsDirectory(works.map(([agent]) => agent)) } })
    model = await startLabModel(lab)
    berth = await lab.openBerth({ env: { ANTHROPIC_API_KEY: 'test-key' } })
    await Promise.all(lab.hosts.map((host) => berth.ok(['connect', host])))
  }, 300_000)
  afterAll(async () => {
    await model?.close()
    await lab?.close()
    await shop?.remove()
  })
  const here = () => ({ cwd: shop.directory })
  const show = (...args: string[]) => berth.run(args, here())
  const start = ([agent, host, task]: [string, LabHost, string], ...flags: string[]) =>
    show('run', agent, task, `Write ${task} into ${task}.txt.`, '--detach', '--unattended', '--on', host, ...flags)

  test('an agent that is not installed there: it is said where, and how it comes there', async () => {
    const { exitCode, stderr } = await start(['claude', 'h1', 'tea'])
    expect(exitCode).toBe(3)
    expect(stderr).toContain('error: the agent claude needs claude, which is not installed there\n')
    expect(stderr).toContain('hint: on that machine: npm install --global @anthropic-ai/claude-code; then log in to')
  })

  test('two agents at once on two machines: each with its own task, and with the key it was given alone', async () => {
    await Promise.all([
      putAgentOn(lab, 'h1', { name: 'claude', model: model.url, leaveOut: ['ANTHROPIC_API_KEY'] }),
      putAgentOn(lab, 'h2', { name: 'codex', model: model.url }),
    ])
    const [claude, codex] = await Promise.all([
      start(['claude', 'h1', 'tea'], '--send-env', 'ANTHROPIC_API_KEY'),
      start(['codex', 'h2', 'coffee']),
    ])
    expect(claude.stdout).toBe('claude goes on in tea: berth attach tea claude --on h1 joins it\n')
    expect(codex.exitCode).toBe(0)
    for (const [, host, task] of works)
      await eventually(async () => expect((await show('diff', task, '--on', host)).stdout).toContain(`+${task}\n`))
    const asked = await model.requests()
    for (const [agent, , task] of works) {
      const [request] = asked.filter(({ seen }) => seen?.prompt.includes(`Write ${task} into`))
      expect([agent, request?.headers['x-api-key'] ?? request?.headers['authorization']]).toEqual([
        agent,
        agent === 'claude' ? 'test-key' : 'Bearer test-key',
      ])
    }
  })

  test('a variable that was not named stays here, and one that is not set is said', async () => {
    const seen = (...flags: string[]) =>
      show('run', 'tea', '--no-up', '--on', 'h1', ...flags, '--', 'sh', '-c', 'echo "<$ANTHROPIC_API_KEY>"')
    expect((await seen()).stdout).toBe('<>\n')
    expect((await seen('--send-env', 'ANTHROPIC_API_KEY')).stdout).toBe('<test-key>\n')
    const missing = await seen('--send-env', 'NO_SUCH_KEY')
    expect(missing).toMatchObject({ exitCode: 2, stdout: '' })
    expect(missing.stderr).toContain('--send-env NO_SUCH_KEY: this shell has no such variable')
  })

  test('both are listed from here, and joined with their screens', async () => {
    for (const [agent, host, task] of works)
      await eventually(async () =>
        expect((await show('sessions')).stdout).toMatch(new RegExp(`^shop/${task} +${host} +${agent} +running`, 'm')),
      )
    const laptop = [join(import.meta.dirname, 'lab.sh'), 'exec', 'laptop', join(import.meta.dirname, '../../bin/berth')]
    const terminal = await openTerminal({ ...here(), env: berth.env, columns: 120, rows: 40 })
    try {
      await terminal.line(`${laptop.join(' ')} attach tea --on h1`)
      await terminal.shows('tea.txt is written')
      await terminal.line('Write two sugars into sugar.txt.')
      await terminal.shows('sugar.txt is written')
      await terminal.press('C-b', 'd')
      await terminal.shows('goes on in tea: berth attach tea claude --on h1')
    } finally {
      await terminal.close()
    }
  })

  test('their work comes back, as a branch or merged; and they end with their processes', async () => {
    const { branch } = await berth.data<{ branch: string }>(['pull', 'tea', '--on', 'h1'], here())
    expect(await shop.git('show', `${branch}:sugar.txt`)).toBe('two sugars')
    await berth.ok(['merge', 'coffee', '--on', 'h2', '--message', 'Coffee'], here())
    expect(await readFile(join(shop.directory, 'coffee.txt'), 'utf8')).toBe('coffee\n')
    for (const [, host, task] of works) await berth.ok(['destroy', task, '--on', host, '--yes'], here())
    for (const [agent, host] of works)
      await eventually(async () =>
        expect(await lab.on(host, ['sh', '-c', `pgrep -f [/]${agent} || echo none`])).toBe('none'),
      )
  })
})
