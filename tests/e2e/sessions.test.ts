/** Sessions as a user meets them: started, left, joined again, looked at, ended. */
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startModelServer } from '../model-server/server.ts'
import { installAgent, testedAgents, writeAgentSettings } from '../support/agents.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { openTmux } from '../support/tmux.ts'

let berth: TestBerth
let project: TestProject
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject()])
  await script('work.sh', 'echo "$BERTH_PROJECT/$BERTH_ENV got $1"; pwd; while :; do sleep 0.1; done')
  await script('fail.sh', 'echo "this went wrong"; exit 7')
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

async function script(name: string, text: string) {
  await writeFile(join(project.directory, name), `#!/bin/sh\n${text}\n`)
  await chmod(join(project.directory, name), 0o755)
}
const inProject = () => ({ cwd: project.directory })
const workspace = (env: string) => join(berth.home, 'workspaces', 'project', env)
const sessions = async () =>
  (
    await berth.data<{ sessions: { name: string; env: string; state: string; exitCode: number | null }[] }>([
      'sessions',
    ])
  ).sessions

test('a session goes on without its terminal, is found again, shows what it printed, and ends', async () => {
  const run = ['run', './work.sh', 'feat/a', 'a $(prompt)', '--detach', '--no-up']
  await berth.ok(run, inProject())
  expect(await sessions()).toMatchObject([{ name: 'work-sh', env: 'feat-a', state: 'running' }])
  await eventually(async () => {
    const path = workspace('feat-a')
    expect(await berth.ok(['transcript', 'feat-a'], inProject())).toBe(`project/feat-a got a $(prompt)\n${path}\n`)
  })

  expect((await berth.run(run, inProject())).stderr).toContain('work-sh was running already')
  expect(await sessions()).toHaveLength(1)

  // the daemon may come and go
  await berth.ok(['daemon', 'stop'])
  expect(await sessions()).toMatchObject([{ name: 'work-sh', state: 'running' }])

  await berth.ok(['stop', 'feat-a'], inProject())
  expect(await sessions()).toMatchObject([{ name: 'work-sh', state: 'exited', exitCode: 143 }])
  expect(await berth.run(['attach', 'feat-a', '--json'], inProject())).toMatchObject({ exitCode: 3 })

  await berth.ok(['destroy', 'feat-a', '--yes'], inProject())
  expect(await sessions()).toEqual([])
})

test('what fails says so, and its exit code is kept', async () => {
  await berth.ok(['run', './fail.sh', 'a', '--detach', '--no-up'], inProject())
  await eventually(async () =>
    expect(await sessions()).toMatchObject([{ name: 'fail-sh', state: 'exited', exitCode: 7 }]),
  )
  expect(await berth.ok(['transcript', 'a', '--follow'], inProject())).toBe('this went wrong\n')
  expect(await berth.run(['run', 'no-such-agent', 'a', '--no-up'], inProject())).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('no agent or program is called no-such-agent') as string,
  })
})

test('on a terminal: run joins, Ctrl-b d leaves, run again joins the same one; the end is told', async () => {
  const terminal = await openTmux()
  const shown = (id: string) => terminal.multiplexer.screen(id)
  const begin = (id: string, ...args: string[]) =>
    terminal.multiplexer.start({
      id,
      title: id,
      argv: [join(import.meta.dirname, '../../bin/berth'), ...args],
      directory: project.directory,
      env: { ...(berth.env as Record<string, string>), PATH: process.env['PATH'] ?? '' },
      logFile: join(terminal.directory, `${id}.log`),
      exitFile: join(terminal.directory, `${id}.exit`),
    })
  const end = (id: string) => eventually(() => readFile(join(terminal.directory, `${id}.exit`), 'utf8'))
  const log = (id: string) => readFile(join(terminal.directory, `${id}.log`), 'utf8')
  try {
    await begin('first', 'run', './work.sh', 'a', 'x', '--no-up')
    await eventually(async () => {
      const screen = await shown('first')
      for (const text of ['project/a got x', 'leave it running: Ctrl-b d']) expect(screen).toContain(text)
    })
    await terminal.multiplexer.send('first', '\u0002')
    await terminal.multiplexer.send('first', 'd')
    expect(await end('first')).toBe('0\n')
    expect(await log('first')).toContain('work-sh goes on in a: berth attach a work-sh joins it')

    await begin('second', 'run', './work.sh', 'a', 'x', '--no-up')
    await eventually(async () => expect(await shown('second')).toContain(`project/a got x`))
    expect(await sessions()).toHaveLength(1)
    await berth.ok(['stop', 'a'], inProject())
    expect(await end('second')).toBe('143\n')
    expect(await log('second')).toContain('work-sh of a has ended (exit code 143)')

    await begin('third', 'run', './fail.sh', 'a', '--no-up')
    expect(await end('third')).toBe('7\n')
    expect(await log('third')).toContain('fail-sh of a has ended (exit code 7): berth transcript a fail-sh')
  } finally {
    await terminal.close()
  }
})

describe.skipIf(testedAgents.length < 2)('real agents', () => {
  test('work in two envs at once, each in its own workspace', async () => {
    const server = await startModelServer({
      script: ({ prompt }) => [
        { write: 'result.txt', content: `${/for (\w+)/.exec(prompt)?.[1]}\n` },
        { text: 'all done' },
      ],
    })
    const agents = testedAgents.slice(0, 2)
    const home = join(berth.home, 'user')
    try {
      for (const name of agents) {
        const bin = installAgent(name)
        const settings = await writeAgentSettings(name, home, server.url)
        Object.assign(berth.env, settings, { HOME: home, PATH: `${bin}:${berth.env['PATH']}` })
      }
      for (const name of agents)
        await berth.ok(
          ['run', name, `task-${name}`, `- work for ${name}`, '--detach', '--no-up', '--unattended'],
          inProject(),
        )
      for (const name of agents) {
        const path = workspace(`task-${name}`)
        await eventually(
          async () => expect(await readFile(join(path, 'result.txt'), 'utf8')).toBe(`${name}\n`),
          150_000,
        )
        expect(await berth.ok(['diff', `task-${name}`], inProject())).toContain(`+${name}`)
      }
      expect((await sessions()).map(({ name, state }) => [name, state])).toEqual(
        agents.map((name) => [name, 'running']),
      )
      await berth.ok(['destroy', ...agents.map((name) => `task-${name}`), '--yes'], inProject())
      expect(await sessions()).toEqual([])
    } finally {
      await server.close()
    }
  })
})
