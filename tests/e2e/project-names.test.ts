/** What a project is called: --project, berth.toml, the compose file, the directory, in this order. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let berth: TestBerth
let project: TestProject
beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  const compose = `name: Tea_Shop\nservices: { web: { image: "${images.busybox}", command: sleep 1000, init: true } }\n`
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose }, { name: 'directory' })])
})
afterEach(async () => {
  await Promise.all([berth.close(), project.remove()])
})

const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })
const envs = () => ok('ls', '--quiet')

test("the compose file's name is the project's; the isolation is as ever", async () => {
  await ok('up', 'a')
  await ok('up', 'b')
  expect(await envs()).toBe('tea-shop/a\ntea-shop/b\n')
  const { env } = await berth.data<{ env: { composeProject: string } }>(['status', 'a'], { cwd: project.directory })
  expect(env.composeProject).toMatch(/^tea-shop-a-[a-z0-9]{6}$/)
  const filter = `label=com.docker.compose.project=${env.composeProject}`
  expect(await must(['docker', 'ps', '--quiet', '--filter', filter])).not.toBe('')
  // nothing is called as the user's own project would be
  expect(
    await must(['docker', 'ps', '--all', '--quiet', '--filter', 'label=com.docker.compose.project=tea_shop']),
  ).toBe('')
  expect(await ok('run', 'a', '--', 'sh', '-c', 'echo $BERTH_PROJECT')).toBe('tea-shop\n')
})

test('berth.toml says it better, --project best; envs are found from the directory whatever it is called now', async () => {
  await ok('create', 'a')
  await project.write('berth.toml', '[project]\nname = "kettle"\n')
  await ok('create', 'b')
  await ok('create', 'c', '--project', 'cup')
  expect(await envs()).toBe('cup/c\nkettle/b\ntea-shop/a\n')
  for (const name of ['a', 'b', 'c']) expect(await ok('path', name)).toContain(`/${name}`)
})

test('a name that is reserved gets a number, and one that is a list counts for nothing', async () => {
  await project.write('compose.yaml', 'name: test\nservices: {}\n')
  await ok('create', 'a')
  expect(await ok('path', 'a')).toContain('/test-1/a')
  const other = await makeProject({ 'compose.yaml': 'name: [x]\nservices: {}\n' }, { name: 'plain' })
  await berth.ok(['create', 'b'], { cwd: other.directory })
  expect(await envs()).toBe('plain/b\ntest-1/a\n')
  await other.remove()
})
