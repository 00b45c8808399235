/** The main job: two envs of one project at once, each with its own data, then gone without a trace. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { ensureImages } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { tracesOf } from '../support/traces.ts'

let berth: TestBerth
let project: TestProject

beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject()])
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

const inProject = () => ({ cwd: project.directory })
const inStore = (env: string, ...command: string[]) => berth.ok(['exec', env, 'store', '--', ...command], inProject())

test('two envs run side by side, apart, and leave nothing', async () => {
  for (const env of ['a', 'b']) {
    await berth.ok(['create', env], inProject())
    await berth.ok(['up', env], inProject())
  }
  await inStore('a', 'sh', '-c', 'echo tea > /data/item')
  await inStore('b', 'sh', '-c', 'echo coffee > /data/item')
  expect(await inStore('a', 'cat', '/data/item')).toBe('tea\n')
  expect(await inStore('b', 'cat', '/data/item')).toBe('coffee\n')
  expect(await inStore('a', 'wget', '-q', '-O', '-', 'http://web/')).toBe('hello\n')

  const { envs } = await berth.data<{ envs: { name: string; state: string; subnet: string }[] }>(['ls'])
  expect(envs.map(({ name, state }) => [name, state])).toEqual([
    ['a', 'up'],
    ['b', 'up'],
  ])
  expect(new Set(envs.map(({ subnet }) => subnet)).size).toBe(2)
  expect(await tracesOf(berth)).toHaveLength(2 * (2 + 1 + 1 + 1) + 2)
  expect(await project.git('status', '--porcelain')).toBe('')

  await berth.ok(['destroy', 'a', 'b', '--yes'], inProject())
  expect(await berth.data(['ls'])).toMatchObject({ envs: [] })
  expect(await tracesOf(berth)).toEqual([])
})

test('exec returns the exit code of the program, and passes input on', async () => {
  await berth.ok(['create', 'a'], inProject())
  await berth.ok(['up', 'a'], inProject())
  expect(await berth.run(['exec', 'a', 'store', '--', 'sh', '-c', 'exit 7'], inProject())).toMatchObject({
    exitCode: 7,
  })
  expect(await berth.ok(['exec', 'a', 'store', '--', 'cat'], { ...inProject(), input: 'in and out' })).toBe(
    'in and out',
  )
})
