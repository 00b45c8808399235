/** What concerns all machines at once: their events as one feed, and what a call to one costs. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, raiseLab } from '../support/lab.ts'

interface Event {
  id: number
  machine: string
  type: string
  subject: string
}

let lab: Lab
let berth: TestBerth
const elsewhere = { cwd: tmpdir() }
const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
const ended: (() => void)[] = []
beforeAll(async () => {
  lab = await raiseLab({ hosts: 2, env: { LAB_DOCKER: '0' } })
  berth = await lab.openBerth()
  for (const host of lab.hosts) {
    await lab.on(host, ['git', 'init', '--quiet', '-b', 'main', '/root/shop'])
    await ok('connect', host)
  }
})
afterEach(() => {
  for (const end of ended.splice(0)) end()
})
afterAll(() => lab.close())

const run = (...args: string[]) => berth.run(args, elsewhere)
const ok = (...args: string[]) => berth.ok(args, elsewhere)
/** Something to tell, on a host, whether it can be reached or not. */
const make = (host: 'h1' | 'h2', name: string) =>
  lab.on(host, ['/root/.berth/bin/berth', 'create', name, '--from', '/root/shop'])
const parse = (text: string) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Event]))
const nameOf = ({ machine, type, subject }: Event) => `${machine} ${type} ${subject}`

/** A berth on the laptop that follows until the test is over. */
function follow(...args: string[]) {
  const [file = '', ...before] = lab.within
  const child = spawn(file, [...before, program, 'events', '--follow', '--json', ...args], {
    ...elsewhere,
    env: { ...process.env, ...berth.env },
  })
  ended.push(() => child.kill('SIGKILL'))
  const seen = { text: '', notes: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen.text += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (seen.notes += chunk))
  return { seen, events: () => parse(seen.text.slice(0, seen.text.lastIndexOf('\n') + 1)) }
}

test('events of all machines are one feed; through a cut none is lost and none comes twice', async () => {
  await make('h1', 'one')
  const feed = follow()
  const from = (machine: string, type: string) =>
    feed.events().flatMap((event) => (event.machine === machine && event.type === type ? [event.subject] : []))
  await eventually(() => expect(from('h1', 'env.created')).toEqual(['shop/one']))
  await make('h2', 'two')
  await eventually(() => expect(from('h2', 'env.created')).toEqual(['shop/two']))
  await lab.fault('partition', 'h1')
  await make('h1', 'three')
  await make('h2', 'four')
  // one that is cut off does not hold the others up
  await eventually(() => expect(from('h2', 'env.created')).toEqual(['shop/two', 'shop/four']))
  await eventually(() => expect(feed.seen.notes).toContain('h1 is gone: waiting for it'))
  await eventually(() => expect(from('local', 'machine.away')).toEqual(['h1']))
  await eventually(async () => {
    const silent = await run('events', '--json')
    expect(silent).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('h1') as string })
    expect(parse(silent.stdout).map(nameOf)).toContain('h2 env.created shop/four')
  })
  await lab.fault('heal', 'h1')
  await eventually(() => expect(from('h1', 'env.created')).toEqual(['shop/one', 'shop/three']))
  await eventually(() => expect(from('local', 'machine.back')).toEqual(['h1']))
  expect(feed.seen.notes).toContain('h1 is back')
  for (const host of lab.hosts) {
    const there = parse(await ok('events', '--json', '--on', host)).map(({ id }) => id)
    const heard = feed.events().flatMap(({ machine, id }) => (machine === host ? [id] : []))
    expect(heard).toEqual(there)
  }
})

test('one list by time; from a place on each machine; of one env, wherever it is', async () => {
  const names = ['h1 one', 'h2 two', 'h1 three', 'h2 four'].map((text) => text.replace(' ', ' env.created shop/'))
  const all = await eventually(async () => {
    const found = parse(await ok('events', '--json', '--type', 'env'))
    expect(found.map(nameOf)).toEqual(names)
    return found
  })
  expect(await ok('events', '--tail', '1', '--type', 'env')).toMatch(/ env\.created +h2:shop\/four\n$/)
  const [first, second] = all
  const places = [`h1:${first?.id}`, `h2:${second?.id}`].flatMap((place) => ['--after', place])
  const later = parse(await ok('events', '--json', '--type', 'env', ...places))
  expect(later.map(nameOf)).toEqual(all.slice(2).map(nameOf))
  expect(parse(await ok('events', 'shop/three', '--json')).map(nameOf)).toEqual(['h1 env.created shop/three'])
  expect((await run('events', 'shop/never')).exitCode).toBe(3)
  expect((await run('events', '--after', 'h1:x')).exitCode).toBe(2)
})

test('a first call is one round trip, and so is a list of all machines', async () => {
  for (const host of lab.hosts) await lab.fault('impair', host, 'delay=600')
  const roundTrip = 1200
  const time = async (...args: string[]) => {
    const startedAt = performance.now()
    await ok(...args)
    return performance.now() - startedAt
  }
  try {
    // what a line that is taken leaves open is open again after one
    for (const line of [['ls', '--on', 'h1'], ['ls']]) {
      await eventually(async () => expect(await time(...line)).toBeLessThan(1.9 * roundTrip))
      expect(await time(...line)).toBeGreaterThan(roundTrip)
    }
  } finally {
    for (const host of lab.hosts) await lab.fault('heal', host)
  }
})
