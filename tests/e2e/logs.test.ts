/** `berth logs`: what an env's services write, as a user sees it. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')

/** first and second take turns; noisy writes to both streams, and leaves its last line without an end. */
const services = `
x-turns: &turns { image: "${images.busybox}", init: true, volumes: ["turns:/turns"] }
services:
  first:
    <<: *turns
    command: sh -c 'echo first 1; touch /turns/1; until [ -e /turns/2 ]; do sleep 0.05; done; echo first 2; touch /turns/3; exec sleep 1000'
  second:
    <<: *turns
    command: sh -c 'until [ -e /turns/1 ]; do sleep 0.05; done; echo second 1; touch /turns/2; until [ -e /turns/3 ]; do sleep 0.05; done; echo second 2; exec sleep 1000'
  noisy:
    image: ${images.busybox}
    command: sh -c 'echo out; sleep 0.1; echo err >&2; sleep 0.1; printf unfinished'
  screen:
    image: ${images.busybox}
    tty: true
    init: true
    command: sh -c 'printf "\\033[2J\\033[31mred\\033[0m\\n"; exec sleep 1000'
volumes: { turns: }
`

let berth: TestBerth
let project: TestProject
const following: Following[] = []

beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': services })])
  await berth.ok(['create', 'a'], inProject())
  await berth.ok(['up', 'a'], inProject())
  await eventually(async () => {
    const all = await logs()
    for (const last of ['first 2', 'second 2', 'unfinished', 'red']) expect(all).toContain(last)
  })
})
afterEach(async () => {
  for (const one of following.splice(0)) one.end('SIGKILL')
  await Promise.all([berth.close(), project.remove()])
})

const inProject = () => ({ cwd: project.directory })
const logs = (...args: string[]) => berth.ok(['logs', 'a', ...args], inProject())

interface Following {
  /** What it has printed so far. */
  seen: { text: string }
  exitCode: Promise<number | null>
  end(signal: NodeJS.Signals): void
}

/** A berth that goes on until it is ended. */
function follow(...args: string[]): Following {
  const child = spawn(program, ['logs', 'a', '--follow', ...args], {
    ...inProject(),
    env: berth.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seen = { text: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen.text += chunk))
  const { promise: exitCode, resolve } = Promise.withResolvers<number | null>()
  child.on('exit', resolve)
  const one: Following = { seen, exitCode, end: (signal) => void child.kill(signal) }
  following.push(one)
  return one
}

test('the logs of several services are one, in the order of time', async () => {
  expect(await logs('first', 'second')).toBe(
    ['first   | first 1', 'second  | second 1', 'first   | first 2', 'second  | second 2', ''].join('\n'),
  )
  expect(await logs('noisy')).toBe('noisy  | out\nnoisy  | err\nnoisy  | unfinished\n')
})

test('parts of them: the last lines, since, until; without prefix every byte as it was written', async () => {
  expect(await logs('first', 'second', '--tail', '1', '--no-prefix')).toBe('first 2\nsecond 2\n')
  expect(await logs('noisy', '--no-prefix')).toBe('out\nerr\nunfinished')
  expect(await logs('screen', '--no-prefix')).toBe('\u001b[2J\u001b[31mred\u001b[0m\r\n')
  expect(await logs('first', '--since', '1h')).toContain('first 1')
  expect(await logs('first', '--until', '1h')).toBe('')
})

test('--json tells of each line where it comes from and when it was written', async () => {
  const lines = (await logs('noisy', '--json')).trimEnd().split('\n')
  const [out, err] = lines.map((line) => JSON.parse(line) as { time: string; container: string })
  expect(out).toMatchObject({ service: 'noisy', stream: 'stdout', line: 'out' })
  expect(err).toMatchObject({ service: 'noisy', stream: 'stderr', line: 'err' })
  expect(out?.container).toMatch(/-noisy-1$/)
  const since = await logs('noisy', '--json', '--since', err?.time ?? '')
  expect(since).toBe(`${lines.slice(1).join('\n')}\n`)
  expect(await logs('noisy', '--timestamps', '--tail', '1')).toMatch(/^noisy {2}\| \d{4}-\d\d-\d\dT\S+Z unfinished\n$/)
})

test('what cannot be is said', async () => {
  const unknown = await berth.run(['logs', 'a', 'nix'], inProject())
  expect(unknown).toMatchObject({ exitCode: 3, stdout: '' })
  expect(unknown.stderr).toContain('its services: first, noisy, screen, second')
  expect(await berth.run(['logs', 'a', '--since', 'once'], inProject())).toMatchObject({ exitCode: 2 })
  expect(await berth.run(['logs', 'nowhere'], inProject())).toMatchObject({ exitCode: 3 })
})

test('following goes on through restarts and new containers, and ends with the env', async () => {
  const one = follow('first', '--tail', '1')
  await eventually(() => expect(one.seen.text).toBe('first  | first 2\n'))
  const container = await containerOf('first')
  await must(['docker', 'restart', '--time', '1', container])
  await eventually(() => expect(one.seen.text).toBe('first  | first 2\nfirst  | first 1\nfirst  | first 2\n'))
  await must(['docker', 'rm', '--force', container])
  await berth.ok(['up', 'a'], inProject())
  await eventually(() => expect(one.seen.text.match(/first 2\n/g)).toHaveLength(3))
  await berth.ok(['destroy', 'a', '--yes'], inProject())
  expect(await one.exitCode).toBe(0)
  expect(one.seen.text.match(/first 1\n/g)).toHaveLength(2)
})

test('following goes on when berthd is gone and back: no line is missing, and none is there twice', async () => {
  const numbered = follow('first', '--tail', '0', '--no-prefix')
  const prefixed = follow('--since', '1h')
  await eventually(() => expect(prefixed.seen.text).toContain('first 2'))
  const write = `i=0; until [ -e /turns/enough ]; do i=$((i+1)); echo "line $i" > /proc/1/fd/1; sleep 0.01; done; echo end > /proc/1/fd/1`
  await must(['docker', 'exec', '--detach', await containerOf('first'), 'sh', '-c', write])
  const linesOf = (text: string) => text.split('\n').length
  // it may come to listen after the first lines; from there on none is left out
  await eventually(() => expect(numbered.seen.text).toContain('line '))
  for (const cut of ['killed', 'stopped']) {
    const before = linesOf(numbered.seen.text)
    const { pid } = await berth.data<{ pid: number }>(['daemon', 'status'])
    if (cut === 'killed') process.kill(pid, 'SIGKILL')
    else await berth.ok(['daemon', 'stop'])
    await berth.ok(['ls'])
    await eventually(() => expect(linesOf(numbered.seen.text)).toBeGreaterThan(before + 10))
  }
  await must(['docker', 'exec', await containerOf('first'), 'touch', '/turns/enough'])
  await eventually(() => expect(numbered.seen.text.endsWith('\nend\n')).toBe(true))
  const numbers = [...numbered.seen.text.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number))
  const first = numbers[0] ?? 0
  expect(numbers.every((number, at) => number === first + at)).toBe(true)
  expect(numbers).toHaveLength(linesOf(numbered.seen.text) - 2)
  const others = ['first   | first 1', 'second  | second 2', 'noisy   | unfinished']
  await eventually(() => expect(prefixed.seen.text).toContain('first   | end\n'))
  for (const line of others) expect(prefixed.seen.text.split(`${line}\n`)).toHaveLength(2)
})

test('Ctrl-C ends following with 130', async () => {
  const one = follow()
  await eventually(() => expect(one.seen.text).toContain('second 2'))
  one.end('SIGINT')
  expect(await one.exitCode).toBe(130)
})

test('a reader that has enough is no failure', async () => {
  const shell = ['sh', '-c', '"$0" logs a --follow --no-prefix first | head -n 1; echo done', program]
  const over = new AbortController()
  const running = exec(shell, { ...inProject(), env: berth.env }).finally(() => over.abort())
  // it learns that nobody reads when it next writes: a line written before it followed is no help
  while (!over.signal.aborted) await must(['docker', 'restart', '--time', '0', await containerOf('first')])
  expect(await running).toMatchObject({ stdout: 'first 1\ndone\n', stderr: '' })
})

async function containerOf(service: string): Promise<string> {
  const id = (await readFile(join(berth.home, 'id'), 'utf8')).trim()
  const labels = [`dev.berth.home=${id}`, `com.docker.compose.service=${service}`]
  return must(['docker', 'ps', '--quiet', ...labels.flatMap((label) => ['--filter', `label=${label}`])])
}
