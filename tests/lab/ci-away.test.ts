/** `berth ci --on`, watched and interrupted by a person, and a machine that stays away. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'berth')

let lab: Lab
let berth: TestBerth
let project: TestProject | undefined
let terminal: Terminal | undefined

beforeAll(async () => {
  lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0' } })
  berth = await lab.openBerth()
})
afterAll(() => lab.close())
afterEach(async () => {
  await terminal?.close()
  terminal = undefined
  await project?.remove()
  project = undefined
})

async function repository(stages: Record<string, string>): Promise<TestProject> {
  const tables = Object.entries(stages).map(([name, body]) => `[ci.stages.${name}]\n${body}\n`)
  project = await makeProject({ 'berth.toml': tables.join('\n') })
  return project
}
const ci = (...args: string[]) => berth.run(['ci', ...args], { cwd: project?.directory ?? '/' })
const there = (script: string) => lab.on('h1', ['sh', '-c', script])

test('somebody may watch there; Ctrl-C on a terminal here ends all of it there, and the command with 130', async () => {
  await repository({ long: `command = "sleep 1005 & echo begun; sleep 1005"` })
  terminal = await openTerminal({ cwd: project?.directory ?? '/', env: berth.env })
  await terminal.line(`${lab.within.join(' ')} ${bin} ci --on h1 --session watched; echo code=$?`)
  await terminal.shows(/\nbegun/)
  await eventually(async () => expect(await there('tmux capture-pane -p -t watched:long')).toContain('begun'))
  await terminal.press('C-c')
  const shown = await terminal.shows(/code=\d/)
  expect(shown).toContain('✗ long (cancelled')
  expect(shown).toContain('code=130')
  await eventually(async () => expect(await there('pgrep -fx "sleep 1005" || true')).toBe(''))
})

test('a machine that stays away: a deadline holds; without one the command gives up, and the run is collected later', async () => {
  await repository({
    late: 'command = "echo begun; touch /tmp/late; sleep 1006"\ntimeout = "15s"',
    long: 'command = "echo begun; touch /tmp/long; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo whole; exit 4"',
  })
  const began = performance.now()
  const [late, long] = [ci('late', '--on', 'h1'), ci('long', '--on', 'root@h1', '--patience', '1s')]
  await eventually(() => there('test -e /tmp/late && test -e /tmp/long'))
  await lab.fault('partition', 'h1')
  const timedOut = await late
  expect(performance.now() - began).toBeLessThan(90_000)
  expect(timedOut).toMatchObject({
    exitCode: 124,
    stdout: expect.stringMatching(/✗ late \(.*\): it took longer than its deadline/) as string,
    stderr: expect.stringContaining('h1 does not answer') as string,
  })
  const { exitCode, stderr } = await long
  const { runs } = await berth.data<{ runs: { id: string; state: string; exitCode: number }[] }>([
    'ci',
    'runs',
    '--all',
  ])
  const id = runs.find(({ state }) => state === 'running')?.id ?? ''
  expect(exitCode).toBe(6)
  expect(stderr).toMatch(/long goes on there, and is followed again once there is a way\n/)
  expect(stderr).toContain(`error: root@h1 does not answer any more, and run ${id} waits for it\n`)
  expect(stderr).toContain(`hint: berth ci logs ${id} collects it once root@h1 is back`)
  await there('touch /tmp/go')
  await lab.fault('heal', 'h1')
  expect(await eventually(() => berth.ok(['ci', 'logs', id, 'long']))).toMatch(/begun\nwhole\n$/)
  const after = await berth.data<{ runs: { id: string; state: string; exitCode: number }[] }>(['ci', 'runs', '--all'])
  expect(after.runs.find((run) => run.id === id)).toMatchObject({ state: 'failed', exitCode: 4 })
})
