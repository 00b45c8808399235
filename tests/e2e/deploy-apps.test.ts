/** An app in production and what belongs to it: its variables, logs, single commands, jobs, and what is left of old releases. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { type CanaryWatch, watchForCanary } from '../support/no-canary.ts'
import { openTerminal } from '../support/terminal.ts'

const canary = 'canary-of-apps-$-value'
const compose = (facts = '') => `
services:
  web:
    image: ${images.busybox}
    command: sh -c "echo hello from web; echo trouble >&2; exec httpd -f -p 80 -h /site"
    init: true
    volumes: ["./site:/site"]
    environment:
      DB_PASSWORD: "\${DB_PASSWORD}"
      FACTS: "\${BERTH_APP} \${BERTH_CONTEXT} \${BERTH_MACHINE} \${BERTH_STRATEGY} \${BERTH_URL_WEB} \${BERTH_URL_STORE}"
      RELEASE: "\${BERTH_RELEASE} \${BERTH_TIMESTAMP} $\${BERTH_RELEASE}"
      ${facts}
    expose: [80]
  store:
    image: ${images.busybox}
    init: true
    command: httpd -f -p 8080
    expose: [8080]
    volumes: ["data:/data"]
  nightly:
    image: ${images.busybox}
    command: sh -c "echo for $$DB_PASSWORD; wget -q -O- http://web/"
    labels: { berth.schedule: "0 0 3 1 1 *" }
    environment: { DB_PASSWORD: "\${DB_PASSWORD}" }
volumes: { data: {} }
`
const settings = `
[deploy]
app = "depot"
bake = 1
drain = 0
retention = 2
ingress = "web"
health.timeout = 20
[deploy.jobs.tick]
schedule = "* * * * * *"
service = "store"
command = "echo tick; date >>/data/ticks; sleep 2.5"
[deploy.jobs.slow]
schedule = "0 0 3 1 1 *"
service = "web"
command = "echo begun; sleep 3; echo ended"
[deploy.jobs.broken]
schedule = "0 0 3 1 1 *"
service = "web"
command = ["sh", "-c", "echo no luck; exit 7"]
`

let world: DeployWorld
let watch: CanaryWatch

beforeAll(async () => {
  await ensureImages(['busybox', 'caddy'])
  world = await openDeployWorld()
  await world.project.write('compose.yaml', compose())
  await world.project.write('berth.toml', settings)
  await world.project.write('.env', `DB_PASSWORD='${canary}'\n`)
  watch = watchForCanary(canary, { directories: [world.berth.home] })
  await world.deploy()
})
afterAll(() => world.close())

const run = (...args: string[]) => world.berth.run(args, { cwd: world.project.directory })
const variable = async (name: string) => {
  const [web = ''] = await world.containers('web')
  return must(['docker', 'exec', web, 'sh', '-c', `echo "$${name}"`])
}

test('a compose file can name the app, its release and its addresses; the same release is the same bundle', async () => {
  const url = `http://depot.localhost:${world.port}`
  expect(await variable('FACTS')).toBe(`depot default local serial ${url} http://store:8080`)
  const { app } = await world.deploy()
  const [release, timestamp, own] = (await variable('RELEASE')).split(' ')
  expect([release, own]).toEqual([app.release, '${BERTH_RELEASE}'])
  expect(Date.parse(timestamp ?? '')).toBeGreaterThan(0)
  expect(await world.deploy()).toMatchObject({ unchanged: true })
})

test('a variable that Berth does not set is refused before anything is built', async () => {
  await world.project.write('compose.yaml', compose('WRONG: "${BERTH_RELAESE}"'))
  const refused = await run('deploy')
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean ${BERTH_RELEASE}?') })
  await world.project.write('compose.yaml', compose())
})

test('logs of the app come as one, and can be searched', async () => {
  expect((await run('logs', 'depot')).stdout).toMatch(/web\s+\| hello from web/)
  const found = await run('logs', 'depot', 'web', '--search', 'trouble', '--json')
  expect(JSON.parse(found.stdout)).toMatchObject({
    machine: 'local',
    service: 'web',
    stream: 'stderr',
    line: 'trouble',
  })
  expect(await run('logs', 'depot', 'nosuch')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('web') })
})

test('a single command has the network and the secrets of its service, and gives back its exit code', async () => {
  const ran = await run('run', '--app', 'depot', '--', 'sh', '-c', 'wget -q -O- http://web/; echo $((1+1)) >&2; exit 5')
  expect(ran).toMatchObject({ exitCode: 5, stdout: 'v1', stderr: expect.stringContaining('2\n') })
  const secret = await run('run', '--app', 'depot', '--', 'sh', '-c', 'test ${#DB_PASSWORD} = 22')
  expect(secret.exitCode).toBe(0)
  const inStore = await run('run', '--app', 'depot', '--service', 'store', '--', 'ls', '-d', '/data')
  expect(inStore).toMatchObject({ exitCode: 0, stdout: '/data\n' })
  expect((await run('run', '--app', 'depot')).exitCode).toBe(2)
})

test('a single command reads a pipe to its end, and has a terminal where there is one', async () => {
  const piped = ['run', '--app', 'depot', '--', 'sh', '-c', 'read first; echo "$first"; wc -c; exit 4']
  const input = `one\n${'x'.repeat(1_000_000)}`
  expect(await world.berth.run(piped, { input })).toMatchObject({ exitCode: 4, stdout: 'one\n1000000\n', stderr: '' })
  const terminal = await openTerminal({ cwd: world.project.directory, env: world.berth.env, columns: 90, rows: 20 })
  try {
    const berth = join(import.meta.dirname, '..', '..', 'bin', 'berth')
    await terminal.line(
      `${berth} run --app depot -- sh -c 'until stty size 2>/dev/null | grep .; do sleep 0.1; done; sleep 100; exit 6'; echo code $?`,
    )
    await terminal.shows('20 90')
    await terminal.press('C-c')
    await terminal.shows('code 130')
  } finally {
    await terminal.close()
  }
  const home = await must(['cat', join(world.berth.home, 'id')])
  const own = [`label=dev.berth.apps=${home}`, 'label=com.docker.compose.oneoff=True'].flatMap((one) => [
    '--filter',
    one,
  ])
  await eventually(async () => expect(await must(['docker', 'ps', '-aq', ...own])).toBe(''))
  expect(await must(['sh', '-c', `ls ${world.berth.home}/apps/*/runs/*.json 2>/dev/null || true`])).toBe('')
})

interface Runs {
  runs: { id: string; state: string; trigger: string; exitCode: number | null }[]
}

test('jobs run by the clock, never twice at once; how they went is kept, and a failure is told', async () => {
  const { jobs } = await world.berth.data<{ jobs: { name: string; next: string | null }[] }>(['jobs', 'ls', 'depot'])
  expect(jobs.map(({ name }) => name)).toEqual(['broken', 'nightly', 'slow', 'tick'])
  const history = (job: string) => world.berth.data<Runs>(['jobs', 'history', 'depot', job])
  await eventually(async () => {
    const states = (await history('tick')).runs.map(({ state }) => state)
    expect(states).toContain('done')
    expect(states).toContain('skipped')
  })
  await eventually(async () => expect((await run('jobs', 'logs', 'depot', 'tick')).stdout).toContain('tick'))
  const broken = await run('jobs', 'run', 'depot', 'broken')
  expect(broken).toMatchObject({ exitCode: 7, stdout: 'no luck\n' })
  expect((await history('broken')).runs).toEqual([
    expect.objectContaining({ state: 'failed', trigger: 'hand', exitCode: 7 }),
  ])
  expect(await world.berth.ok(['events', '--type', 'job.failed', '--json'])).toContain('"exitCode":7')
  const nightly = await run('jobs', 'run', 'depot', 'nightly')
  expect(nightly).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('v1') })
  expect(await run('jobs', 'run', 'depot', 'nihgtly')).toMatchObject({ exitCode: 3 })
  await world.project.write('berth.toml', settings.replaceAll('* * * * * *', '0 0 3 1 1 *'))
  await world.deploy()
})

test('a run goes on without berthd, and the next one knows how it ended', async () => {
  const asked = run('jobs', 'run', 'depot', 'slow')
  const { pid } = await world.berth.data<{ pid: number }>(['daemon', 'status'])
  const history = async () => (await world.berth.data<Runs>(['jobs', 'history', 'depot', 'slow'])).runs
  // this run, and not one of those the clock starts
  const running = async () => {
    const [latest] = await history()
    return must(['docker', 'ps', '-q', '--filter', `label=dev.berth.run=${latest?.id ?? 'none yet'}`])
  }
  await eventually(async () => expect(await running()).not.toBe(''))
  process.kill(pid, 'SIGKILL')
  await asked
  await eventually(async () => expect(await history()).toEqual([expect.objectContaining({ state: 'done' })]))
  expect((await run('jobs', 'logs', 'depot', 'slow')).stdout).toBe('begun\nended\n')
})

test('a schedule that is none, and a service that is none, are refused', async () => {
  await world.project.write('berth.toml', settings.replace('* * * * * *', 'hourly-ish'))
  expect(await run('deploy')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is no cron expression') })
  await world.project.write('berth.toml', settings.replace('service = "store"', 'service = "stroe"'))
  expect(await run('deploy')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('there is no service stroe'),
  })
  await world.project.write('berth.toml', settings.replaceAll('* * * * * *', '0 0 3 1 1 *'))
})

test('old releases go, and their images with them; none that a container uses, and none of somebody else', async () => {
  const tags = async () =>
    (await must(['docker', 'images', 'berth-app/depot-store', '--format', '{{.Tag}}'])).split('\n')
  const before = await tags()
  const own = `FROM ${images.busybox}\nLABEL test=${Date.now()}\n`
  await world.project.write('Dockerfile', own)
  await world.project.write(
    'compose.yaml',
    compose().replace(`store:\n    image: ${images.busybox}`, 'store:\n    build: .'),
  )
  await world.deploy()
  const [built = ''] = (await tags()).filter((tag) => !before.includes(tag))
  expect(built).not.toBe('')
  await world.project.write('compose.yaml', compose())
  await world.project.write('site/index.html', 'v2')
  await world.deploy()
  await eventually(async () => expect(await world.containers('web')).toHaveLength(1))
  expect((await run('prune', 'depot', '--keep', '1')).exitCode).toBe(4)
  const { machines } = await world.berth.data<{ machines: { images: string[]; releases: number[] }[] }>([
    'prune',
    'depot',
    '--keep',
    '1',
    '--yes',
  ])
  expect(machines[0]?.images).toEqual([`berth-app/depot-store:${built}`])
  expect(await tags()).toEqual(before)
  expect((await run('prune', 'depot')).stdout).toBe('nothing to remove\n')
  expect((await run('app', 'reconcile', 'depot')).exitCode).toBe(0)
})

test('a secret was in no file, no log of ours, and no argument list', async () => {
  expect(await watch.found()).toEqual([])
})
