/** `berth events`: what happens, told once, in order and for good. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')

const services = `
services:
  web:
    image: ${images.busybox}
    command: sh -c 'touch /well; exec sleep 1000'
    init: true
    healthcheck: { test: ["CMD", "test", "-e", "/well"], interval: 200ms, timeout: 60s, retries: 1 }
  job: { image: "${images.busybox}", command: "true" }
`

interface Event {
  id: number
  type: string
  subject: string
  actor: string
  operation: string | null
  data: Record<string, unknown>
}

let berth: TestBerth
let project: TestProject
const children: { kill(signal: NodeJS.Signals): unknown }[] = []

beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': services }, { name: 'shop' })])
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await Promise.all([berth.close(), project.remove()])
})

const inProject = () => ({ cwd: project.directory })
const ok = (...args: string[]) => berth.ok(args, inProject())
const run = (...args: string[]) => berth.run(args, inProject())
const parse = (text: string) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Event]))
const events = async (...args: string[]) => parse(await ok('events', '--json', ...args))
const types = async (...args: string[]) => (await events(...args)).map(({ type }) => type)

/** A berth that follows until it is ended. */
function follow(...args: string[]) {
  const child = spawn(program, ['events', '--follow', '--json', ...args], { ...inProject(), env: berth.env })
  children.push(child)
  const seen = { text: '', notes: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen.text += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (seen.notes += chunk))
  const { promise: exitCode, resolve } = Promise.withResolvers<number | null>()
  child.on('exit', resolve)
  return { seen, exitCode, events: () => parse(seen.text.slice(0, seen.text.lastIndexOf('\n') + 1)), child }
}

/** From the last event on, whenever it comes to listen. */
async function followFromNow(...args: string[]) {
  const [last] = await events('--tail', '1')
  return follow('--after', String(last?.id ?? 0), ...args)
}

const containerOf = async (service: string) => {
  const { env } = await berth.data<{ env: { composeProject: string } }>(['status', 'a'], inProject())
  return `${env.composeProject}-${service}-1`
}

test('the life of an env, with who asked for what', async () => {
  await ok('up', 'a')
  await ok('run', 'sleep', 'a', '0.1', '--detach')
  // told once the engine and tmux have said so: before that a destroy is what ended them
  await eventually(async () =>
    expect(await types('a')).toEqual(expect.arrayContaining(['service.ended', 'session.ended'])),
  )
  await ok('destroy', 'a', '--yes')
  const all = await events()
  expect(all.map(({ id }) => id)).toEqual(all.map((_, at) => at + 1))
  expect(all[0]).toMatchObject({ type: 'daemon.started', subject: 'berthd', actor: 'berthd', operation: null })
  const own = all.filter(({ subject }) => subject === 'shop/a')
  const asked = own.filter(({ actor }) => actor === 'owner')
  expect(asked.map(({ type }) => type)).toEqual(['env.created', 'env.up', 'session.started', 'env.destroyed'])
  expect(asked.every(({ operation }) => operation !== null)).toBe(true)
  const seen = own.filter(({ actor }) => actor === 'berthd')
  expect(new Set(seen.map(({ type, data }) => [type, data['service'] ?? data['session'], data['exitCode']]))).toEqual(
    new Set([
      ['service.ended', 'job', 0],
      ['session.ended', 'sleep', 0],
    ]),
  )
  expect(seen).toHaveLength(2)
  // also by the name of an env that is gone
  expect(await events('a')).toEqual(own)
  expect(await events('shop/a', '--type', 'session', '--type', 'env.up')).toHaveLength(3)
  expect(await events('--tail', '2')).toEqual(all.slice(-2))
  expect(await events('--after', String(all.length - 1))).toEqual(all.slice(-1))
  expect(await events('--since', '1h')).toEqual(all)
  expect(await ok('events', 'a', '--tail', '1')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d env\.destroyed +shop\/a\n$/)
})

test('what happens to services behind our back', async () => {
  await ok('up', 'a')
  await eventually(async () => expect(await types('a')).toContain('service.ended'))
  const web = await containerOf('web')
  const one = await followFromNow('--type', 'service')
  const told = (...wanted: string[]) =>
    eventually(() => expect(one.events().map(({ type }) => type.replace('service.', ''))).toEqual(wanted))
  await must(['docker', 'exec', web, 'rm', '/well'])
  await told('unhealthy')
  await must(['docker', 'exec', web, 'touch', '/well'])
  await told('unhealthy', 'recovered')
  await must(['docker', 'stop', '--time', '0', web])
  await told('unhealthy', 'recovered', 'stopped')
  await must(['docker', 'start', web])
  await told('unhealthy', 'recovered', 'stopped', 'started')
  await ok('down', 'a')
  await ok('events')
  await told('unhealthy', 'recovered', 'stopped', 'started')
  expect(one.events()[0]).toMatchObject({ subject: 'shop/a', data: { service: 'web', container: web } })
})

test('an operation that fails says which and why', async () => {
  await project.write(
    'bad.yaml',
    `services: { bad: { image: "${images.busybox}", command: ["sh", "-c", "exit 7"] } }\n`,
  )
  await ok('create', 'a', '--file', 'bad.yaml')
  expect((await run('up', 'a')).exitCode).toBe(1)
  const [died, failed] = (await events('a')).slice(1)
  expect(died).toMatchObject({ type: 'service.died', data: { service: 'bad', exitCode: 7 } })
  expect(failed).toMatchObject({ type: 'operation.failed', data: { kind: 'env.up', code: 'SERVICE_UNHEALTHY' } })
})

test('following goes on over daemons that stop and that are killed: nothing is lost, nothing comes twice', async () => {
  await ok('create', 'a')
  const one = await followFromNow()
  const other = follow()
  await ok('create', 'b')
  // both are there before their daemon goes: one that came later would start another
  for (const { events: seen } of [one, other])
    await eventually(() => expect(seen().at(-1)).toMatchObject({ subject: 'shop/b' }))
  await ok('daemon', 'stop')
  await eventually(() => expect(one.seen.notes).toContain('berthd is gone: waiting for it'))
  // following starts no daemon
  expect(await ok('daemon', 'status')).toContain('not running')
  await ok('create', 'c')
  process.kill(await daemonPid(berth), 'SIGKILL')
  await ok('create', 'd')
  const last = (await events('--tail', '1'))[0]
  for (const { events: seen } of [one, other]) await eventually(() => expect(seen().at(-1)).toEqual(last))
  const all = await events('--after', '0')
  expect(other.events()).toEqual(all)
  expect(one.events()).toEqual(all.slice(2))
  const names = all.map(({ type, subject }) => (type.startsWith('daemon') ? type : subject))
  expect(names.filter((name) => name !== 'engine')).toEqual([
    'daemon.started',
    'shop/a',
    'shop/b',
    'daemon.stopped',
    'daemon.started',
    'shop/c',
    'daemon.started',
    'shop/d',
  ])
  one.child.kill('SIGINT')
  expect(await one.exitCode).toBe(130)
})

test('what cannot be is said', async () => {
  expect(await run('events', '--since', 'once')).toMatchObject({ exitCode: 2, stdout: '' })
  expect(await run('events', 'nowhere')).toMatchObject({ exitCode: 3, stdout: '' })
  const future = await run('events', '--after', '99')
  expect(future).toMatchObject({ exitCode: 2, stdout: '' })
  expect(future.stderr).toContain('error: there is no event 99 yet\nhint: the newest is ')
})
