import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const compose = `
services:
  web:
    image: ${images.busybox}
    command: sh -c "wget -q -O /seen http://db:8000/ && sleep 100000"
    depends_on:
      db: { condition: service_healthy }
    init: true
  db:
    image: ${images.busybox}
    container_name: the-db
    command: sh -c "echo from-the-db > /data/index.html && httpd -f -p 8000 -h /data"
    expose: ["8000"]
    volumes: ["data:/data"]
    healthcheck: { test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/"], interval: 200ms, retries: 50 }
    init: true
volumes:
  data:
`
interface EnvData {
  env: { id: string; state: string; services: { service: string; state: string; addresses: string[] }[] }
}

let berth: TestBerth
let project: TestProject
beforeEach(async () => {
  await ensureImages(['busybox'])
  berth = await openBerth()
  project = await makeProject({ 'compose.yaml': compose }, { name: 'pair' })
})
afterEach(async () => {
  await berth.close()
  await project.remove()
})

const here = () => ({ cwd: project.directory })
const containersOf = async (service: string) => {
  const homeId = (await must(['cat', join(berth.home, 'id')])).trim()
  const filter = ['--filter', `label=dev.berth.home=${homeId}`, '--filter', `label=dev.berth.service=${service}`]
  return (await must(['docker', 'ps', '--quiet', ...filter])).split('\n').filter((id) => id !== '')
}

test('one instance serves several envs, under the name each knows it by', async () => {
  await berth.ok(['create', 'a', '--shared', 'db'], here())
  await berth.ok(['create', 'b', '--shared', 'db'], here())
  await Promise.all([berth.ok(['up', 'a'], here()), berth.ok(['up', 'b'], here())])

  expect(await containersOf('db')).toHaveLength(1)
  expect(await containersOf('web')).toHaveLength(2)
  for (const env of ['a', 'b']) {
    expect(await berth.ok(['exec', env, 'web', '--', 'cat', '/seen'], here())).toBe('from-the-db\n')
    expect(await berth.ok(['exec', env, 'web', '--', 'wget', '-q', '-O', '-', 'http://the-db:8000/'], here())).toBe(
      'from-the-db\n',
    )
    const { env: shown } = await berth.data<EnvData>(['status', env], here())
    expect(shown.state).toBe('up')
    expect(shown.services.find(({ service }) => service === 'db')).toMatchObject({ state: 'shared' })
  }
  // a second up changes nothing
  const before = await containersOf('web')
  await berth.ok(['up', 'a'], here())
  expect(await containersOf('web')).toEqual(before)
})

test('it is protected while it is used, and goes with the last one', async () => {
  await berth.ok(['up', 'a'], here())
  await berth.ok(['down', 'a'], here())
  await berth.ok(['create', 'b', '--shared', 'db'], here())
  await berth.ok(['up', 'b'], here())
  const refused = await berth.run(['destroy', 'shared-db', '--yes'], here())
  expect(refused.exitCode).toBe(4)
  expect(refused.stderr).toContain('shared-db is used by b')
  expect(await containersOf('db')).toHaveLength(1)
  await berth.ok(['destroy', '--all', '--yes'], here())
  expect(await containersOf('db')).toEqual([])
})

test('after the grace period without a user it stops; its data stays for the next one', async () => {
  await writeFile(join(berth.home, 'config.toml'), '[shared]\ngrace_seconds = 1\n')
  await berth.ok(['create', 'a', '--shared', 'db'], here())
  await berth.ok(['up', 'a'], here())
  await berth.ok(['exec', 'a', 'db', '--', 'sh', '-c', 'echo kept > /data/note'], here())
  await berth.ok(['down', 'a'], here())
  await eventually(async () => expect(await containersOf('db')).toEqual([]))
  await berth.ok(['up', 'a'], here())
  expect(await berth.ok(['exec', 'a', 'db', '--', 'cat', '/data/note'], here())).toBe('kept\n')
})

test('a volume may be shared too: named, or labelled; it is no orphan while a project uses it', async () => {
  const volumes = `
services:
  app: { image: ${images.busybox}, command: sleep 100000, init: true, volumes: ["cache:/cache", "mine:/mine", "seen:/seen"] }
volumes:
  cache: {}
  mine: {}
  seen: { labels: { berth.share: "true" } }
`
  await project.write('compose.yaml', volumes)
  for (const env of ['a', 'b']) {
    await berth.ok(['create', env, '--shared', 'cache'], here())
    await berth.ok(['up', env], here())
  }
  const write = 'for d in cache mine seen; do echo from-a > /$d/note; done'
  await berth.ok(['exec', 'a', 'app', '--', 'sh', '-c', write], here())
  const read = 'for d in cache mine seen; do cat /$d/note 2>/dev/null || echo nothing; done'
  expect(await berth.ok(['exec', 'b', 'app', '--', 'sh', '-c', read], here())).toBe('from-a\nnothing\nfrom-a\n')
  expect(await berth.ok(['doctor'], here())).toContain('everything is as it should be')
  await berth.ok(['destroy', 'a', '--yes'], here())
  expect(await berth.ok(['exec', 'b', 'app', '--', 'cat', '/cache/note'], here())).toBe('from-a\n')
  await berth.ok(['destroy', 'b', '--yes'], here())
  expect(await berth.ok(['gc'], here())).toContain('_cache_shared')
})

test('a name that is neither service nor volume is refused', async () => {
  await berth.ok(['create', 'a', '--shared', 'dbb'], here())
  const refused = await berth.run(['up', 'a'], here())
  expect(refused.exitCode).toBe(3)
  expect(refused.stderr).toContain('no service dbb')
})
