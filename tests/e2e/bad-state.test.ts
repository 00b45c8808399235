/** State that cannot be used: directories, databases, disks, and programs of another build. */
import { cp, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/sqlite/database.ts'
import { migrations } from '../../src/adapters/sqlite/migrations.ts'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid, isRunning, stopDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { expectNothingMade, failureOf } from '../support/failure.ts'
import { mountLoop, whyNoLoop } from '../support/loop-file-system.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const root = join(import.meta.dirname, '..', '..')

let berth: TestBerth
let project: TestProject
beforeEach(async () => {
  ;[berth, project] = await Promise.all([
    openBerth(),
    makeProject({ 'compose.yaml': 'services: {}\n' }, { name: 'shop' }),
  ])
})
afterEach(async () => {
  await Promise.all([berth.close(), project.remove()])
})

/** The same berth with another BERTH_HOME. */
async function withHome(home: string, ...args: string[]) {
  const { exitCode, stderr } = await exec([join(root, 'bin', 'berth'), ...args], {
    env: { ...berth.env, BERTH_HOME: home },
  })
  return { exitCode, stderr }
}

describe('a BERTH_HOME that cannot be used', () => {
  const below = (path: string) => join(berth.home, path)
  const homes: [string, () => Promise<string> | string, RegExp][] = [
    ['in a git work tree', () => join(project.directory, '.state'), /lies inside the git repository \S+\/shop\n/],
    [
      'a file',
      async () => {
        await writeFile(below('file'), 'mine\n')
        return below('file')
      },
      /file cannot be used as the state directory: it is a file\n/,
    ],
    [
      'below a file',
      async () => {
        await writeFile(below('file'), 'mine\n')
        return below('file/home')
      },
      /file cannot be used as the state directory: it is a file\n/,
    ],
    ['below /proc, where nothing can be made', () => '/proc/berth/home', /cannot be used as the state directory: /],
    [
      'a link to nowhere',
      async () => {
        await symlink('/nowhere/at/all', below('link'))
        return below('link')
      },
      /link cannot be used as the state directory: /,
    ],
    [
      'a link that leads to itself',
      async () => {
        await symlink(below('circle'), below('circle'))
        return below('circle')
      },
      /circle cannot be used as the state directory: /,
    ],
    ['longer than a path can be', () => below('x'.repeat(300)), /cannot be used as the state directory: /],
  ]
  test.each(homes)('%s', async (_, make, message) => {
    const home = await make()
    for (const args of [['ls'], ['create', 'a', '--from', project.directory]]) {
      const { exitCode, stderr } = await withHome(home, ...args)
      expect(stderr).toMatch(message)
      expect(stderr).toMatch(/\nhint: set BERTH_HOME to a directory .*outside any git repository\n$/)
      expect(exitCode).toBe(4)
    }
    expect(await project.git('status', '--porcelain')).toBe('')
    expect(await readFile(below('file'), 'utf8').catch(() => 'mine\n')).toBe('mine\n')
  })

  const asRoot = process.getuid?.() === 0
  test.runIf(asRoot)("another user's, and one this user may not write in", async () => {
    const nobody = [
      'setpriv',
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      join(root, 'bin', 'berth'),
      'ls',
    ]
    const asNobody = (home: string) => exec(nobody, { cwd: '/', env: { ...berth.env, BERTH_HOME: home, HOME: '/' } })
    await mkdir(below('theirs'))
    await exec(['chown', '65534', below('theirs')])
    const theirs = await withHome(below('theirs'), 'ls')
    expect(theirs).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('theirs belongs to another user\n') })
    expect(await asNobody('/usr/berth')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("permission denied, mkdir '/usr/berth'\n"),
    })
  })
})

describe('a state database', () => {
  const database = () => join(berth.home, 'state.db')

  test('that is none is left as it is; the way out is named', async () => {
    await writeFile(database(), 'no database, '.repeat(1000))
    const failure = await failureOf(berth, ['create', 'a'], project.directory)
    expect(failure).toMatchObject({ exitCode: 1, code: 'STATE_CORRUPT', details: { file: database() } })
    expect(failure.hint).toMatch(/ && mv \S+state\.db \S+state\.db\.damaged && berth doctor --fix$/)
    expect((await readFile(database(), 'utf8')).slice(0, 11)).toBe('no database')
    expect(await berth.ok(['daemon', 'logs'])).toContain('cannot be read')
    await exec(['mv', database(), `${database()}.bad`])
    await berth.ok(['create', 'a'], { cwd: project.directory })
  })

  test('that broke after an upgrade comes back from the copy the hint names', async () => {
    await berth.ok(['create', 'a'], { cwd: project.directory })
    await stopDaemon(berth)
    // as the version before left it: the next start brings it up to date, and keeps a copy
    const old = join(berth.home, 'old.db')
    openDatabase(old, () => new Date(), migrations.slice(0, 2)).close()
    const raw = new DatabaseSync(old)
    raw.exec(
      `ATTACH '${database()}' AS today; INSERT INTO project SELECT name, directory, created_at FROM today.project`,
    )
    raw.exec('INSERT INTO env SELECT id, project, name, subnet, record FROM today.env')
    raw.close()
    await must(['mv', old, database()])
    await berth.ok(['ls'])
    await stopDaemon(berth)
    await writeFile(database(), 'no database, '.repeat(1000))
    const { hint } = await failureOf(berth, ['ls'])
    const [, copy = ''] = / && cp (\S+state-v2-\S+\.db) \S+state\.db && /.exec(hint) ?? []
    await cp(copy, database())
    expect(await berth.ok(['ls', '--quiet'])).toBe('shop/a\n')
  })

  test('of a newer Berth is refused', async () => {
    await berth.ok(['ls'])
    await stopDaemon(berth)
    const raw = new DatabaseSync(database())
    raw.exec('PRAGMA user_version = 999')
    raw.close()
    const failure = await failureOf(berth, ['create', 'a'], project.directory)
    expect(failure).toMatchObject({ exitCode: 1, code: 'STATE_NEWER' })
    expect(failure.message).toMatch(/schema 999, this one knows \d+\)$/)
    expect(failure.hint).toMatch(/^upgrade Berth/)
  })
})

const noLoop = whyNoLoop('ext4')
describe.skipIf(noLoop !== null)(`a disk that is full (${noLoop ?? 'ext4'})`, () => {
  test('create fails, leaves nothing, and works once there is room', async () => {
    const disk = mountLoop('ext4', 32)
    const small = await openBerth({ parent: await realpath(disk.directory) })
    try {
      for (let part = 0; part < 6; part++) await project.write(`part-${part}`, 'x'.repeat(10 * 1024 * 1024))
      const failure = await failureOf(small, ['create', 'a'], project.directory)
      expect(failure).toMatchObject({ exitCode: 1, code: 'DISK_FULL' })
      expect(failure.hint).toContain('berth gc')
      await expectNothingMade(small)
      for (let part = 1; part < 6; part++) await project.write(`part-${part}`, 'small again')
      await small.ok(['create', 'a'], { cwd: project.directory })
    } finally {
      await small.close()
      disk.close()
    }
  })
})

describe('two builds', () => {
  /** A berth of another build: the same program by another version. */
  async function otherBuild(): Promise<string> {
    const at = join(dirname(project.directory), 'other')
    await cp(join(root, 'bin'), join(at, 'bin'), { recursive: true })
    await cp(join(root, 'dist'), join(at, 'dist'), { recursive: true })
    await symlink(join(root, 'node_modules'), join(at, 'node_modules'))
    const own = (await berth.ok(['version'])).trim()
    for (const name of ['berth', 'berthd']) {
      const file = join(at, 'dist', `${name}.bundle.js`)
      const text = await readFile(file, 'latin1')
      expect(text).toContain(own)
      await writeFile(file, text.replaceAll(own, '9.9.9+other'), 'latin1')
    }
    return join(at, 'bin', 'berth')
  }

  test('the daemon of one is replaced by the other while it is idle, refused while it works', async () => {
    const other = await otherBuild()
    const inProject = { cwd: project.directory, env: berth.env }
    await berth.ok(['create', 'a'], inProject)
    const first = await daemonPid(berth)
    expect((await exec([other, 'ls', '--quiet'], inProject)).stdout).toBe('shop/a\n')
    await eventually(() => expect(isRunning(first)).toBe(false))
    const { version } = await berth.data<{ version: string }>(['daemon', 'status'])
    expect(version).toBe('9.9.9+other')

    const go = join(dirname(project.directory), 'go')
    await project.write('berth.toml', `env.init = "touch ${go}.waits; until [ -e ${go} ]; do sleep 0.05; done"\n`)
    const working = exec([other, 'create', 'b'], inProject)
    await eventually(() => readFile(`${go}.waits`))
    expect(await failureOf(berth, ['ls'])).toMatchObject({ exitCode: 4, code: 'DAEMON_BUSY' })
    await writeFile(go, '')
    expect((await working).exitCode).toBe(0)
    expect(await berth.ok(['ls', '--quiet'])).toBe('shop/a\nshop/b\n')
  })

  test('who follows the events of one is told when the other takes its place', async () => {
    const other = await otherBuild()
    await berth.ok(['ls'])
    const [before, since] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const following = exec([join(root, 'bin', 'berth'), 'events', '--follow'], {
      env: berth.env,
      onLine: (line) => (line.includes('env.created') ? since.resolve() : before.resolve()),
    })
    // what was before is told first: what comes after that it hears as it happens
    await before.promise
    await berth.ok(['create', 'a'], { cwd: project.directory })
    await since.promise
    expect(await exec([other, 'ls'], { env: berth.env })).toMatchObject({ exitCode: 0, stderr: '' })
    const { exitCode, stderr } = await following
    expect(stderr).toContain('error: berthd is 9.9.9+other, berth is ')
    expect(exitCode).toBe(4)
  })
})
