/** What Berth says when things are not as one thinks: true at once, and with what to type next. */
import { lstat, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { socketPath } from '../../src/contract/home.ts'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { openPodman, podmanMissing } from '../support/podman.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { temporaryPrefix } from '../support/temporary.ts'

const compose = `
x-service: &service { image: "${images.busybox}", init: true }
services:
  web: { <<: *service, command: httpd -f -p 80 -h / }
  db: { <<: *service, command: "sh -c 'echo the database speaks; sleep 100000'" }
  bad: { <<: *service, command: "sh -c 'echo no licence; exit 3'", profiles: [bad] }
`
let berth: TestBerth
let project: TestProject
beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose })])
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })
const run = (...args: string[]) => berth.run(args, { cwd: project.directory })

test('up of an env whose workspace was removed says what became of it, and what to do', async () => {
  await ok('up', 'a')
  const { env } = await berth.data<{ env: { workspace: string } }>(['status', 'project/a'])
  await rm(env.workspace, { recursive: true })
  const { exitCode, stderr } = await run('up', 'a')
  expect(exitCode).toBe(4)
  expect(stderr).toContain(
    `the workspace of project/a was removed: ${env.workspace} is gone\nhint: berth destroy project/a`,
  )
  await ok('destroy', 'project/a', '--yes')
  expect(await ok('up', 'a')).toContain('project/a is up')
})

test('the first list of a daemon that has just started is true', async () => {
  await ok('up', 'a')
  for (let round = 0; round < 3; round++) {
    process.kill(await daemonPid(berth), 'SIGKILL')
    expect(await berth.data(['ls'])).toMatchObject({ envs: [{ name: 'a', state: 'up' }] })
  }
})

test('a service that does not come up: the hint is the command that shows its log', async () => {
  const { exitCode, stderr } = await run('up', 'a', 'bad')
  expect(exitCode).toBe(1)
  expect(stderr).toContain('hint: berth logs project/a bad\n')
  expect(await ok('logs', 'project/a', 'bad')).toContain('no licence')
})

test('the log of a service shared with others is read under the own name', async () => {
  await ok('create', 'a', '--shared', 'db')
  await ok('up', 'a')
  await eventually(async () => expect(await ok('logs', 'a', 'db')).toContain('the database speaks'))
})

test.skipIf(podmanMissing())(
  'setup says what Podman cannot do before it changes anything, doctor says it later',
  async () => {
    const podman = await openPodman()
    const other = await openBerth()
    const config = join(other.home, 'config.toml')
    const choose = ['setup', '--engine', podman.address]
    try {
      const limit = 'podman: images are built without BuildKit'
      const refused = await other.run(choose)
      expect([refused.exitCode, refused.stdout]).toEqual([4, ''])
      expect(refused.stderr).toContain(limit)
      expect(refused.stderr).toContain('hint: add --yes\n')
      expect(await other.ok([...choose, '--dry-run'])).toContain('envs would run on unix://')
      await expect(readFile(config)).rejects.toThrow('ENOENT')
      const chosen = await other.run([...choose, '--yes'])
      expect([chosen.exitCode, chosen.stderr]).toEqual([0, expect.stringContaining(limit) as string])
      expect(await readFile(config, 'utf8')).toContain(podman.address)
      const { exitCode, stdout } = await other.run(['doctor'])
      expect(stdout).toContain('everything is as it should be')
      expect(stdout).toContain(limit)
      expect(exitCode).toBe(0)
    } finally {
      await other.close()
      await podman.close()
    }
  },
)

describe('the socket of a daemon', () => {
  test('in a home whose path is longer than a socket’s may be, two homes side by side', async () => {
    const parents = await Promise.all(['one', 'two'].map((name) => longDirectory(name)))
    const homes = await Promise.all(parents.map((parent) => openBerth({ parent })))
    try {
      for (const [index, home] of homes.entries()) {
        expect(home.home.length).toBeGreaterThan(150)
        await home.ok(['create', `env-${index}`], { cwd: project.directory })
      }
      expect(await Promise.all(homes.map((home) => home.ok(['ls', '--quiet'])))).toEqual([
        'project/env-0\n',
        'project/env-1\n',
      ])
      expect(new Set(await Promise.all(homes.map(daemonPid))).size).toBe(2)
    } finally {
      await Promise.all(homes.map((home) => home.close()))
      for (const parent of parents) await rm(dirname(parent), { recursive: true })
    }
  })

  test.each([
    ['a socket nobody listens on', (path: string) => leaveSocket(path)],
    ['a file', (path: string) => writeFile(path, 'no socket')],
  ])('where %s lies, a daemon starts all the same', async (_, leave) => {
    await leave(socketPath(berth.home))
    expect(await ok('ls', '--quiet')).toBe('')
    expect(await daemonPid(berth)).toBeGreaterThan(0)
  })
})

/** A directory whose path has 130 characters and more, below a temporary one that is to be removed. */
async function longDirectory(name: string): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}${name}-`)))
  const long = join(directory, 'long-'.repeat(25))
  await mkdir(long)
  return long
}

/** A socket whose server was killed: the file is there, and refuses. */
async function leaveSocket(path: string): Promise<void> {
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  await exec([process.execPath, '-e', program, path])
  expect((await lstat(path)).isSocket()).toBe(true)
}
