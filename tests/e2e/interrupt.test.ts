/** Commands and daemon interrupted in the middle of their work: Ctrl-C, kill -9, at moments nobody chose. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { openOperations } from '../support/journal.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { tracesOf } from '../support/traces.ts'

/** `slow` never becomes healthy by itself, `stubborn` takes its time to stop. */
const compose = `
services:
  quick: { image: "${images.busybox}", command: sleep 100000, init: true }
  other: { image: "${images.busybox}", command: sleep 100000, init: true, volumes: ["data:/data"] }
  slow:
    image: ${images.busybox}
    command: sleep 100000
    init: true
    profiles: [never]
    healthcheck: { test: test -e /healthy, interval: 1s, retries: 1000 }
  stubborn:
    image: ${images.busybox}
    command: sh -c "trap '' TERM; while :; do sleep 1; done"
    profiles: [never]
    stop_grace_period: 5s
volumes: { data: {} }
`
/** The init hook goes on until somebody writes the file `go` in the home. */
const config = `
[env]
init = ["sh", "-c", "touch ../../../begun; while ! test -e ../../../go; do sleep 0.05; done"]
`

let berth: TestBerth
let project: TestProject
beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose })])
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

test('Ctrl-C in create: exit code 130, and nothing is left', async () => {
  await project.write('berth.toml', config)
  const command = await beginCreate()
  command.process.kill('SIGINT')
  expect(await command.ended()).toMatchObject({ exitCode: 130 })
  expect(await berth.data(['ls'])).toMatchObject({ envs: [] })
  expect(await tracesOf(berth)).toEqual([])
  expect(openOperations(berth.home)).toEqual([])
})

test('create goes on when its command is killed', async () => {
  await project.write('berth.toml', config)
  const command = await beginCreate()
  command.process.kill('SIGKILL')
  await command.ended()
  expect(await stateOf('a')).toBe('creating')
  await letHookGo()
  await eventually(async () => expect(await stateOf('a')).toBe('down'))
})

test('a second Ctrl-C leaves at once; the daemon settles the rest', async () => {
  // a hook that is told to end, and does not: what a first Ctrl-C asks for is with the daemon then, and not done
  await project.write('berth.toml', config.replace('touch', "trap 'touch ../../../told' TERM; touch"))
  const command = await beginCreate()
  command.process.kill('SIGINT')
  await eventually(() => expect(existsSync(join(berth.home, 'told'))).toBe(true))
  command.process.kill('SIGINT')
  expect(await command.ended()).toMatchObject({ signal: 'SIGINT' })
  await letHookGo()
  await eventually(async () => expect(await berth.data(['ls'])).toMatchObject({ envs: [] }))
  await eventually(async () => expect(await tracesOf(berth)).toEqual([]))
})

test('Ctrl-C in up: what it started is taken back', async () => {
  await berth.ok(['create', 'a'], inProject())
  const command = start('up', 'a', 'slow')
  await eventually(async () => expect((await tracesOf(berth)).join()).toContain('ps '))
  command.process.kill('SIGINT')
  expect(await command.ended()).toMatchObject({ exitCode: 130 })
  expect(await stateOf('a')).toBe('down')
  expect(await tracesOf(berth)).toEqual([expect.stringMatching(/^volume /), 'project/a'])
})

test('Ctrl-C in up of an env that was up: it stays as it is', async () => {
  await berth.ok(['create', 'a'], inProject())
  await berth.ok(['up', 'a'], inProject())
  const command = start('up', 'a', 'slow')
  await eventually(async () => expect(await services()).toHaveLength(3))
  command.process.kill('SIGINT')
  expect(await command.ended()).toMatchObject({ exitCode: 130 })
  expect(await services()).toEqual(expect.arrayContaining(['quick running', 'other running']))
})

test('Ctrl-C in destroy: it says so, and is finished', async () => {
  await berth.ok(['create', 'a'], inProject())
  await berth.ok(['up', 'a', 'stubborn'], inProject())
  const command = start('destroy', 'a', '--yes')
  await eventually(async () => expect(await stateOf('a')).toBe('destroying'))
  command.process.kill('SIGINT')
  const ended = await command.ended()
  expect(ended).toMatchObject({ exitCode: 0 })
  expect(ended.stderr).toContain('cannot be left half done')
  expect(await tracesOf(berth)).toEqual([])
})

test('berthd is killed in the middle of compose runs: each command ends as if nothing had been', async () => {
  await berth.ok(['create', 'a'], inProject())
  for (const delay of [120, 500]) {
    expect(await killedAfter(delay, 'up', 'a'), `up, killed after ${delay} ms`).toMatchObject({ exitCode: 0 })
    expect(await stateOf('a')).toBe('up')
    expect(await killedAfter(delay / 3, 'down', 'a'), `down, after ${delay / 3} ms`).toMatchObject({ exitCode: 0 })
    expect(await tracesOf(berth)).toEqual([expect.stringMatching(/^volume /), 'project/a'])
  }
})

const inProject = () => ({ cwd: project.directory })
const letHookGo = () => writeFile(join(berth.home, 'go'), '')

interface StartedCommand {
  process: ChildProcess
  ended(): Promise<{ exitCode: number | null; signal: string | null; stderr: string }>
}

/** Starts a command of berth in the project, to be signalled. */
function start(...args: string[]): StartedCommand {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
  const child = spawn(program, args, { ...inProject(), env: berth.env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const exit = once(child, 'close') as Promise<[number | null, string | null]>
  return {
    process: child,
    async ended() {
      const [exitCode, signal] = await exit
      return { exitCode, signal, stderr }
    },
  }
}

/** A create that is in its init hook. */
async function beginCreate(): Promise<StartedCommand> {
  const command = start('create', 'a')
  await eventually(() => expect(existsSync(join(berth.home, 'begun'))).toBe(true))
  return command
}

async function killedAfter(ms: number, ...args: string[]) {
  const pid = await daemonPid(berth)
  const command = start(...args)
  await wait(ms)
  process.kill(pid, 'SIGKILL')
  return command.ended()
}

async function stateOf(name: string): Promise<string | undefined> {
  const { envs } = await berth.data<{ envs: { name: string; state: string }[] }>(['ls'])
  return envs.find((env) => env.name === name)?.state
}

async function services(): Promise<string[]> {
  const { env } = await berth.data<{ env: { services: { service: string; state: string }[] } }>(['status', 'project/a'])
  return env.services.map(({ service, state }) => `${service} ${state}`)
}
