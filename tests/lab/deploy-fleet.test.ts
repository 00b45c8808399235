/** One app on three hosts, asked without a pause: every order of machines, and what befalls a deploy in the middle. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dyingCommand, shopCompose } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { makeForeignImage } from '../support/foreign-image.ts'
import { images } from '../support/images.ts'
import type { LabHost } from '../support/lab.ts'
import { type LabDeploy, newestWeb, openLabDeploy } from '../support/lab-deploy.ts'
import type { LoadReport } from '../support/load.ts'

let world: LabDeploy

beforeAll(async () => void (world = await openLabDeploy(3)))
afterAll(() => world?.close())

interface Deployed {
  machines: { machine: string; app: { number: number }; deployment: { state: string }; unchanged: boolean }[]
}

interface Failure {
  error: {
    code: string
    stage: string
    machine: string
    message: string
    hint: string
    details: { machines: { machine: string; state: string; number: number }[]; services?: { lastLines: string[] }[] }
  }
}

const inProject = () => ({ cwd: world.project.directory })
const deploy = (...flags: string[]) => world.berth.data<Deployed>(['deploy', ...flags], inProject())
const fail = async (...flags: string[]) => {
  const { exitCode, stdout } = await world.berth.run(['deploy', ...flags, '--json'], inProject())
  expect(exitCode).not.toBe(0)
  return (JSON.parse(stdout) as Failure).error
}
const numbers = ({ machines }: Deployed) => machines.map(({ machine, app }) => `${machine} ${app.number}`)
const app = async (host: LabHost) =>
  (
    await world.berth.data<{ app: { number: number; lockedBy: string | null } }>([
      'app',
      'status',
      'shop',
      '--on',
      host,
    ])
  ).app
const standing = ({ details }: Failure['error']) =>
  details.machines.map(({ machine, state, number }) => [machine, state, number].join(' '))
const failuresOf = (met: Record<LabHost, LoadReport>, hosts: readonly LabHost[] = world.lab.hosts) =>
  hosts.flatMap((host) => met[host]?.failures.map((failure) => `${host} ${failure}`) ?? [])

test('labels name machines; each order is kept, shown before, and loses no request', async () => {
  for (const host of world.lab.hosts) await world.berth.ok(['machine', 'label', host, 'role=web'])
  const plan = await world.berth.ok(['deploy', '--dry-run', '--on', 'label=web', '--strategy', 'canary'], inProject())
  expect(plan).toContain('1. h1, the canary, watched for 1 s\n  2. h2, h3 at once')
  expect(numbers(await deploy('--on', 'label=role=web', '--strategy', 'parallel'))).toEqual(['h1 1', 'h2 1', 'h3 1'])
  const clients = world.load()
  await world.version('v2')
  const rolled = await deploy('--on', 'all', '--strategy', 'rolling', '--max-parallel', '2')
  expect(numbers(rolled)).toEqual(['h1 2', 'h2 2', 'h3 2'])
  await world.version('v3', 'sh -c "echo serving v3; httpd -f -p 80 -h /site"')
  const tried = ['--strategy', 'canary', '--canary', 'h3', '--share', '30', '--bake', '2']
  expect(numbers(await deploy('--on', 'all', ...tried))).toEqual(['h1 3', 'h2 3', 'h3 3'])
  expect((await deploy('--on', 'all')).machines.every(({ unchanged }) => unchanged)).toBe(true)
  expect(await world.berth.ok(['app', 'ls', '--on', 'label=web'])).toMatch(/shop +h1 +ok +3 .*\nshop +h2 .*\nshop +h3 /)
  expect(await world.berth.ok(['releases', 'shop', '--on', 'h1,h3'])).toMatch(/h1 +3 .*live\n(.*\n){2}h3 +3 .*live/)
  const { machines } = await world.berth.data<{ machines: { apps: { state: string }[] }[] }>([
    'app',
    'reconcile',
    'shop',
    '--on',
    'all',
  ])
  expect(machines.map(({ apps }) => apps[0]?.state)).toEqual(['ok', 'ok', 'ok'])
  await world.berth.ok(['app', 'addon', 'add', 'shop', 'redis', '--on', 'label=web'])
  expect(await world.berth.ok(['app', 'addon', 'ls', 'shop', '--on', 'all'])).toMatch(
    /h1 +redis.*\nh2 +redis.*\nh3 +redis/,
  )
  await world.berth.ok(['app', 'addon', 'rm', 'shop', 'redis', '--on', 'all'])
  await world.berth.ok(['rollback', 'shop', '--on', 'all', '--to', '2'])
  expect(await world.askAll()).toEqual(['v2', 'v2', 'v2'])
  const met = await clients.stop()
  expect(failuresOf(met)).toEqual([])
  expect(met.h1?.bodies).toEqual(['v1', 'v2', 'v3'])
})

test('logs of all machines come as one, in the order of time, and go on where one is gone', async () => {
  const written = (host: LabHost, text: string) =>
    world.lab.on(host, [
      'sh',
      '-c',
      // when it is in the engine's log it has its time
      `docker exec ${newestWeb} sh -c 'echo ${text} >/proc/1/fd/1'; until docker logs ${newestWeb} | grep -q '${text}'; do sleep 0.1; done`,
    ])
  for (const host of ['h2', 'h1', 'h3'] as const) await written(host, `marked ${host}`)
  const marked = await world.berth.ok(['logs', 'shop', 'web', '--on', 'all', '--search', 'marked'])
  expect(marked).toBe('h2/web  | marked h2\nh1/web  | marked h1\nh3/web  | marked h3\n')
  const stop = new AbortController()
  const seen: string[] = []
  const following = world.berth.run(
    ['logs', 'shop', '--follow', '--on', 'label=web', '--since', '1s', '--search', 'late'],
    {
      signal: stop.signal,
      onLine: (line) => void seen.push(line),
    },
  )
  await eventually(async () => {
    await written('h3', 'late')
    expect(seen).toContain('h3/web  | late')
  })
  await world.lab.fault('partition', 'h3')
  const others = await world.berth.run(['logs', 'shop', 'web', '--on', 'all', '--search', 'marked'])
  await world.lab.fault('heal', 'h3')
  expect(others).toMatchObject({ exitCode: 0, stdout: 'h2/web  | marked h2\nh1/web  | marked h1\n' })
  expect(others.stderr).toContain('h3')
  await eventually(async () => {
    await written('h1', 'late')
    expect(seen).toContain('h1/web  | late')
  })
  stop.abort()
  await following.catch(() => undefined)
})

test('a bad version stops at the first machine, and says which has which release, at which stage and why', async () => {
  // whatever was left there by the test before
  const [pages, at] = [await world.askAll(), await Promise.all(world.lab.hosts.map(app))]
  const has = (...states: string[]) => states.map((state, index) => `h${index + 1} ${state} ${at[index]?.number}`)
  const clients = world.load()
  await world.version('bad', 'sh -c "echo no luck; exit 3"')
  const bad = await fail('--on', 'all')
  expect(bad).toMatchObject({ code: 'SERVICE_UNHEALTHY', stage: 'probe', machine: 'h1' })
  expect(bad.details.services?.[0]?.lastLines).toEqual(['no luck'])
  expect(standing(bad)).toEqual(has('failed', 'waiting', 'waiting'))
  expect(bad.message).toContain(`h2 has release ${at[1]?.number}, and was not begun`)
  const onward = await fail('--on', 'all', '--continue-on-error')
  expect(standing(onward)).toEqual(has('failed', 'failed', 'failed'))
  await world.version('dying', dyingCommand)
  const [returned] = await Promise.all([
    fail('--on', 'all', '--strategy', 'canary', '--bake', '120'),
    world.endOnceServing('h1', 'dying'),
  ])
  expect(returned).toMatchObject({ code: 'DEPLOY_RETURNED', stage: 'watch', machine: 'h1' })
  expect(standing(returned)).toEqual(has('failed', 'waiting', 'waiting'))
  const events = await world.berth.ok(['events', '--on', 'h1', '--type', 'deploy.returned', '--json', '--since', '1h'])
  expect(events).toContain('"stage":"watch"')
  expect(await world.askAll()).toEqual(pages)
  expect(failuresOf(await clients.stop())).toEqual([])
})

test('of two at once one is refused; cancelled, all is as before; a laptop that dies is gone on with', async () => {
  const clients = world.load()
  await world.version('slow', 'sh -c "sleep 100; httpd -f -p 80 -h /site"')
  const first = world.berth.run(['deploy', '--on', 'all', '--strategy', 'parallel'], inProject())
  await eventually(async () => expect((await app('h2')).lockedBy).not.toBeNull())
  expect(await fail('--on', 'all')).toMatchObject({ code: 'APP_LOCKED', stage: 'lock' })
  await world.berth.ok(['deploy', '--cancel', '--on', 'h2'], inProject())
  await world.berth.ok(['deploy', 'shop', '--cancel'], inProject())
  expect((await first).exitCode).not.toBe(0)
  await eventually(async () => expect((await app('h1')).lockedBy).toBeNull())
  expect((await world.berth.run(['deploy', 'shop', '--cancel'], inProject())).exitCode).toBe(3)
  await world.version('v4')
  const left = world.berth.run(['deploy', '--on', 'all', '--wait', '--bake', '2'], inProject())
  await eventually(async () => expect(await world.ask('h1')).toBe('v4'))
  const { pid } = await world.berth.data<{ pid: number }>(['daemon', 'status'])
  process.kill(pid, 'SIGKILL')
  await left
  const { machines } = await deploy('shop', '--resume')
  expect(machines.map(({ machine }) => machine)).toEqual(expect.arrayContaining(['h2', 'h3']))
  expect(await world.askAll()).toEqual(['v4', 'v4', 'v4'])
  expect((await world.berth.run(['deploy', 'shop', '--resume'], inProject())).exitCode).toBe(3)
  expect(failuresOf(await clients.stop())).toEqual([])
})

test('a host that reboots, and one that is cut off, in the middle: others never fail, and both have it in the end', async () => {
  const clients = world.load()
  await world.version('v5', 'sh -c "sleep 6; httpd -f -p 80 -h /site"')
  const going = deploy('--on', 'all', '--strategy', 'parallel')
  await eventually(async () =>
    expect(await world.lab.on('h2', ['docker', 'ps', '-a', '--format', '{{.Status}} {{.Names}}'])).toMatch(
      /Up.*-web-1[\s\S]*Up.*-web-1/,
    ),
  )
  await Promise.all([world.lab.fault('reboot', 'h2'), world.lab.fault('partition', 'h3')])
  await world.lab.fault('heal', 'h3')
  expect((await going).machines.map(({ deployment }) => deployment.state)).toEqual(['live', 'live', 'live'])
  expect(await world.askAll()).toEqual(['v5', 'v5', 'v5'])
  const met = await clients.stop()
  expect(failuresOf(met, ['h1'])).toEqual([])
  expect(met.h2?.failures.length).toBeGreaterThan(0)
})

test('what cannot run there is refused before anything is sent', async () => {
  const clients = world.load()
  const built = `berth/busybox-arm:${world.lab.directory.slice(-6).toLowerCase()}`
  await makeForeignImage(images.busybox, built, { architecture: 'arm64', within: world.lab.within })
  await world.project.write('compose.yaml', shopCompose.replace(images.busybox, built))
  const foreign = await fail('--on', 'h1,h2')
  expect(foreign).toMatchObject({ code: 'PLATFORM_MISMATCH', stage: 'preflight', machine: 'h1' })
  const checked = await world.berth.run(['machine', 'check', '--all', '--image-platform', 'linux/arm64'])
  expect(checked).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('images for linux/arm64 do not run there'),
  })
  expect((await world.berth.run(['machine', 'check', '--all'])).exitCode).toBe(0)
  await world.lab.laptop(['docker', 'rmi', built])
  expect(failuresOf(await clients.stop())).toEqual([])
})
