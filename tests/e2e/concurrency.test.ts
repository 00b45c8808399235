/** Many commands at once, each a process of its own: none fails, nothing is given out twice. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { isRunning } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { processesOf } from '../support/remove-home.ts'
import { tracesOf } from '../support/traces.ts'

const compose = `
services:
  one: { image: "${images.busybox}", command: sleep 100000, init: true }
`

interface Env {
  project: string
  name: string
  state: string
  subnet: string
  composeProject: string
}

let opened: TestBerth[] = []
let made: TestProject[] = []
beforeAll(() => ensureImages(['busybox']))
beforeEach(() => {
  opened = []
  made = []
})
afterEach(async () => {
  await Promise.all(opened.map((berth) => berth.close()))
  await Promise.all(made.map((project) => project.remove()))
})

const open = async () => {
  const berth = await openBerth()
  opened.push(berth)
  return berth
}
const make = async (name = 'project') => {
  const project = await makeProject({ 'compose.yaml': compose }, { name })
  made.push(project)
  return project
}
const envsOf = async (berth: TestBerth) => (await berth.data<{ envs: Env[] }>(['ls'])).envs
const ascending = (one: number, other: number) => one - other
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

test('twenty berths start at once: one daemon', async () => {
  const berth = await open()
  await Promise.all(numbers(20).map(() => berth.ok(['ls'])))
  const { pid } = await berth.data<{ pid: number }>(['daemon', 'status'])
  await eventually(async () => expect(await processesOf(berth.home)).toEqual([pid]))
  expect(isRunning(pid)).toBe(true)
})

test('100 creates and 30 ups at once: all succeed, no name and no subnet twice, and all go again', async () => {
  const [berth, project] = await Promise.all([open(), make()])
  const inProject = { cwd: project.directory }
  await Promise.all(numbers(100).map((number) => berth.ok(['create', `env-${number}`], inProject)))
  const envs = await envsOf(berth)
  expect(envs).toHaveLength(100)
  for (const fact of ['name', 'subnet', 'composeProject'] as const)
    expect(new Set(envs.map((env) => env[fact])).size, fact).toBe(100)

  await Promise.all(numbers(30).map((number) => berth.ok(['up', `env-${number}`], inProject)))
  const up = (await envsOf(berth)).filter(({ state }) => state === 'up')
  expect(up).toHaveLength(30)

  await berth.ok(['destroy', '--all', '--yes'], inProject)
  expect(await tracesOf(berth)).toEqual([])
})

test('the same name at once in one project: one env; in two projects: two', async () => {
  const [berth, one, other] = await Promise.all([open(), make('one'), make('other')])
  const create = ({ directory }: TestProject) => berth.run(['create', 'same'], { cwd: directory })
  const codes = await Promise.all([one, one, one, other].map(async (project) => (await create(project)).exitCode ?? -1))
  expect(codes.slice(0, 3).sort(ascending)).toEqual([0, 4, 4])
  expect(codes[3]).toBe(0)
  const envs = await envsOf(berth)
  expect(envs.map(({ project, name }) => `${project}/${name}`)).toEqual(['one/same', 'other/same'])
  await Promise.all([one, other].map(({ directory }) => berth.ok(['up', 'same'], { cwd: directory })))
  expect((await envsOf(berth)).map(({ state }) => state)).toEqual(['up', 'up'])
})

test('two homes on one engine, at once: neither takes what the other has', async () => {
  const [first, second, project] = await Promise.all([open(), open(), make()])
  const inProject = { cwd: project.directory }
  const names = ['a', 'b', 'c']
  const both = [first, second]
  // no network exists yet: both homes choose the same blocks, and find out only when they come up
  await Promise.all(both.flatMap((berth) => names.map((name) => berth.ok(['create', name], inProject))))
  await Promise.all(both.flatMap((berth) => names.map((name) => berth.ok(['up', name], inProject))))
  const envs = (await Promise.all(both.map(envsOf))).flat()
  expect(envs.map(({ state }) => state)).toEqual(Array(6).fill('up'))
  expect(new Set(envs.map(({ subnet }) => subnet)).size).toBe(6)
  await first.ok(['destroy', '--all', '--yes'], inProject)
  expect(await tracesOf(first)).toEqual([])
  expect((await envsOf(second)).map(({ state }) => state)).toEqual(['up', 'up', 'up'])
})

test('up, down and destroy of one env at once: one after another, and the last word counts', async () => {
  const [berth, project] = await Promise.all([open(), make()])
  const inProject = { cwd: project.directory }
  await berth.ok(['create', 'a'], inProject)
  const results = await Promise.all(['up', 'down', 'up', 'up'].map((verb) => berth.run([verb, 'a'], inProject)))
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
  expect(['up', 'down']).toContain((await envsOf(berth))[0]?.state)
  const ends = await Promise.all(['destroy', 'destroy'].map((verb) => berth.run([verb, 'a', '--yes'], inProject)))
  // the later one either waited for the other, or found nothing any more
  const codes = ends.map(({ exitCode }) => exitCode ?? -1).sort(ascending)
  expect(codes[0]).toBe(0)
  expect([0, 3]).toContain(codes[1])
  expect(await tracesOf(berth)).toEqual([])
})
