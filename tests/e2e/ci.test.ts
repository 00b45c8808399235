/** `berth ci` on this machine, as a user sees it. */
import { globSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let berth: TestBerth
let project: TestProject | undefined

beforeEach(async () => {
  berth = await openBerth()
})
afterEach(async () => {
  await berth.close()
  await project?.remove()
  project = undefined
})

/** A repository with these stages: name → the rest of its table. */
async function repository(stages: Record<string, string>, files: Record<string, string> = {}): Promise<TestProject> {
  const tables = Object.entries(stages).map(([name, body]) => `[ci.stages.${name}]\n${body}\n`)
  project = await makeProject({ 'berth.toml': tables.join('\n'), 'src/a.txt': 'a\n', ...files })
  return project
}

const ci = (...args: string[]) => berth.run(['ci', ...args], { cwd: project?.directory ?? '/' })
/** Output without what differs from run to run. */
const steady = (text: string) => text.replaceAll(/\d+(\.\d+)?m?s\b/g, 'TIME')

describe('a run', () => {
  test('shows every stage as it goes, and exits with the code of the first that failed', async () => {
    await repository({
      fmt: 'command = "printf partial"',
      lint: 'command = ["sh", "-c", "echo out; echo err >&2; exit 3"]',
      test: 'command = "echo never"\ndepends_on = ["lint"]',
      build: 'command = "exit 4"',
    })
    const { stdout, stderr, exitCode } = await ci()
    expect(steady(stdout)).toBe(`::group::fmt
$ printf partial
partial
::endgroup::
✓ fmt (TIME)
::group::lint
$ sh -c 'echo out; echo err >&2; exit 3'
out
err
::endgroup::
✗ lint (TIME): exit code 3
- test (skipped): needs lint, which failed
::group::build
$ exit 4
::endgroup::
✗ build (TIME): exit code 4

4 stages: 1 passed, 2 failed, 0 cached, 1 skipped (TIME)
`)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 3 })
  })

  test('--fail-fast ends at the first failure, --keep-going runs what depends on it', async () => {
    await repository({
      lint: 'command = "exit 3"',
      test: 'command = "echo ran-test"\ndepends_on = ["lint"]',
      build: 'command = "echo ran-build"',
    })
    const fast = await ci('--fail-fast')
    expect(fast.stdout).toContain('- test (skipped): lint failed\n- build (skipped): lint failed\n')
    const going = await ci('--keep-going')
    expect(going.stdout).toContain('ran-test')
    expect([fast.exitCode, going.exitCode]).toEqual([3, 3])
  })

  test('--parallel runs stages side by side, and shows them one after the other', async () => {
    const meet = (own: string, other: string) =>
      `command = "echo ${own}; touch ${own}.mark; while ! test -e ${other}.mark; do sleep 0.02; done; echo met"\ninputs = ["src/**"]`
    await repository({ one: meet('one', 'two'), two: meet('two', 'one') })
    const { stdout, exitCode } = await ci('--parallel', '2', '--timeout', '60')
    expect(exitCode).toBe(0)
    expect(stdout.match(/^(one|two|met|::.*)$/gm)).toEqual([
      '::group::one',
      'one',
      'met',
      '::endgroup::',
      '::group::two',
      'two',
      'met',
      '::endgroup::',
    ])
  })

  test('a deadline ends the whole process group, also one that ignores SIGTERM', async () => {
    await repository({
      stuck: `command = "trap '' TERM; sleep 1000 & echo $! > child; while :; do sleep 1; done"\ntimeout = 4\ninputs = ["src/**"]`,
      after: 'command = "echo after"',
    })
    const { stdout, exitCode } = await ci()
    expect(stdout).toContain('it took longer than its deadline')
    expect(stdout).toContain('✓ after')
    expect(exitCode).toBe(124)
    await gone('child')
  })

  test('what a stage leaves in the background ends with it', async () => {
    await repository({ server: 'command = "sleep 1000 & echo $! > child"\ninputs = ["src/**"]' })
    expect((await ci()).exitCode).toBe(0)
    await gone('child')
  })

  test('berth ci kill ends it and all it started; runs and logs tell of it afterwards', async () => {
    await repository({ long: 'command = "echo begun; sleep 1000 & echo $! > child; wait"\ninputs = ["src/**"]' })
    const running = ci()
    const { id } = await eventually(async () => {
      // it runs by then: asked the other way round there may be no run yet
      await readFile(join(project?.directory ?? '', 'child'))
      const { runs } = await berth.data<{ runs: { id: string }[] }>(['ci', 'runs', '--all'])
      return runs[0] ?? { id: '' }
    })
    expect(await berth.ok(['ci', 'kill', id])).toContain('1 failed')
    expect(await running).toMatchObject({
      exitCode: 130,
      stdout: expect.stringContaining('✗ long (cancelled') as string,
    })
    await gone('child')
    expect(await berth.ok(['ci', 'logs', id, 'long'])).toBe('$ echo begun; sleep 1000 & echo $! > child; wait\nbegun\n')
    expect(await berth.run(['ci', 'kill', id])).toMatchObject({ exitCode: 4 })
  })
})

/** The process whose id a stage left in a file ends. */
async function gone(file: string): Promise<void> {
  const pid = (await readFile(join(project?.directory ?? '', file), 'utf8')).trim()
  await eventually(async () => {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
    expect(/\) Z/.test(state)).toBe(true)
  })
}

describe('what passed already', () => {
  const summary = async (...args: string[]) => (await ci(...args)).stdout.split('\n').at(-2)

  test('is not run again, and shown byte for byte, until something it depends on changes', async () => {
    const own = await repository(
      {
        test:
          String.raw`command = "printf 'ran \\033[31mred\\033[0m \\r\\001 $MODE'; cat src/*"` +
          '\ninputs = ["src/**"]\nreads = ["MODE"]',
      },
      { 'other.txt': 'x' },
    )
    const first = await ci()
    const second = await ci()
    expect(steady(second.stdout)).toBe(
      steady(first.stdout)
        .replace('(TIME)', '(cached)')
        .replace('1 passed, 0 failed, 0 cached', '0 passed, 0 failed, 1 cached'),
    )
    await own.write('other.txt', 'changed')
    expect(await summary()).toContain('1 cached')
    await own.write('src/new.txt', 'untracked files count\n')
    expect(await summary()).toContain('1 passed')
    await own.git('mv', 'src/a.txt', 'src/b.txt')
    expect(await summary()).toContain('1 passed')
    await own.git('mv', 'src/b.txt', 'src/a.txt')
    expect(await summary()).toContain('1 cached')
    expect(await summary('--no-cache')).toContain('1 passed')
    await must(['chmod', '+x', join(project?.directory ?? '', 'src/a.txt')])
    expect(await summary()).toContain('1 passed')
  })

  test('a failure is never remembered', async () => {
    await repository({ test: 'command = "exit 1"' })
    await ci()
    expect(await summary()).toContain('1 failed')
  })

  test('a damaged entry is as good as none', async () => {
    await repository({ test: 'command = "echo ran"' })
    await ci()
    const files = globSync(`${berth.home}/ci/results/outputs/*/*`)
    expect(files.length).toBe(1)
    for (const file of files) await writeFile(file, 'damaged')
    expect(await summary()).toContain('1 passed')
    expect((await ci()).stdout).toContain('ran\n')
  })

  test('a pass is not remembered when the files changed while it ran', async () => {
    await repository({ test: 'command = "echo more >> src/a.txt"' })
    await ci()
    expect(await summary()).toContain('1 passed')
  })
})

test('--junit and --summary write what others read', async () => {
  const own = await repository({
    test: String.raw`command = "printf '<\\033[31mred\\033[0m&\\001>'; exit 2"`,
    after: 'command = "true"\ndepends_on = ["test"]',
  })
  await ci('--junit', 'report.xml', '--summary', 'summary.md')
  const read = (name: string) => readFile(join(own.directory, name), 'utf8')
  const report = await read('report.xml')
  expect(report).toContain('<testsuite name="berth ci" tests="2" failures="1" skipped="1"')
  expect(report).toContain('<failure message="exit code 2"/>')
  expect(report).toContain('&lt;red&amp;?&gt;</system-out>')
  expect(await read('summary.md')).toContain('| test | failed |')
})

test('file names of any kind, and a directory without git', async () => {
  const odd = 'src/new\nline "quoted" \'x\' ü.txt'
  const own = await repository({ test: 'command = "ls src | wc -l"' })
  await own.write(odd, 'one')
  expect((await ci()).stdout).toContain('1 passed')
  expect((await ci()).stdout).toContain('1 cached')
  await own.write(odd, 'two')
  expect((await ci()).stdout).toContain('1 passed')
  await rm(join(own.directory, '.git'), { recursive: true })
  await ci()
  expect((await ci()).stdout).toContain('1 passed')
})

test('500 lines a second with colours and partial lines arrive whole and in order', async () => {
  const script = `for (let i = 0; i < 1500; i++) { process.stdout.write('\\x1b[3' + (i % 8) + 'mline ' + i); process.stdout.write(i % 3 ? '\\x1b[0m\\n' : ' \\r\\n'); if (i % 50 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100) }`
  await repository({ loud: 'command = ["node", "loud.cjs"]' }, { 'loud.cjs': script })
  const { stdout } = await ci()
  const expected = Array.from(
    { length: 1500 },
    (_, i) => `\u001b[3${i % 8}mline ${i}${i % 3 ? '\u001b[0m\n' : ' \r\n'}`,
  ).join('')
  expect(stdout.includes(expected)).toBe(true)
})

test('--env runs in the workspace of an env, with its services up and what they read from the shell', async () => {
  const own = await repository({ web: 'command = "pwd; echo $BERTH_ENV; wget -qO- $BERTH_URL_WEB/; exit 3"' })
  await ensureImages(['busybox'])
  await own.write(
    'compose.yaml',
    `services: { web: { image: "${images.busybox}", init: true, expose: ["80"], environment: { SAID: "\${CI_SAID}" }, command: ["sh", "-c", "mkdir /w; echo said $$SAID > /w/index.html; httpd -f -h /w"] } }\n`,
  )
  await own.git('add', '.')
  berth.env['CI_SAID'] = 'hello'
  await berth.ok(['create', 'tea'], { cwd: own.directory })
  const { stdout, stderr, exitCode } = await ci('--env', 'tea')
  const workspace = (await berth.ok(['path', 'tea'], { cwd: own.directory })).trim()
  expect(stdout, stderr).toContain(`\n${workspace}\ntea\nsaid hello\n::endgroup::`)
  expect(exitCode).toBe(3)
})

test('two runs at once share what passed, and neither spoils what the other keeps', async () => {
  await repository({ one: 'command = "echo one; sleep 0.3"', two: 'command = "echo two"' })
  const both = await Promise.all([ci(), ci(), ci()])
  for (const { stdout, exitCode } of both) {
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/\none\n[^]*\ntwo\n/)
  }
  expect((await ci()).stdout).toContain('0 passed, 0 failed, 2 cached')
})

test('what a stage leaves in the background as a daemon ends with it, and holds nothing up', async () => {
  await repository({
    server:
      'command = "setsid sh -c \'echo $$ > child; exec sleep 1000\' & while ! test -s child; do :; done"\ninputs = ["src/**"]',
  })
  expect((await ci()).exitCode).toBe(0)
  await gone('child')
})

test('what ran on this machine when berthd was killed is said to be lost', async () => {
  await repository({ long: 'command = "echo $$ > child; sleep 1000"\ninputs = ["src/**"]', after: 'command = "true"' })
  const running = ci()
  await eventually(async () => expect(await readFile(join(project?.directory ?? '', 'child'), 'utf8')).not.toBe(''))
  process.kill(await daemonPid(berth), 'SIGKILL')
  const { stdout, exitCode } = await running
  expect(stdout).toMatch(/✗ long \(cancelled\): berthd ended while it ran[^]*- after \(skipped\)/)
  expect(exitCode).toBe(1)
  expect(await berth.ok(['ci', 'runs', '--all'])).toContain('lost')
  await gone('child')
})
