/** `berth ci --on`: machines with nothing but sshd, a shell and tmux. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, type LabHost, raiseLab } from '../support/lab.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let lab: Lab
let berth: TestBerth
let project: TestProject | undefined

beforeAll(async () => {
  lab = await raiseLab({ hosts: 3, env: { LAB_DOCKER: '0' } })
  berth = await lab.openBerth()
})
afterAll(() => lab.close())
afterEach(async () => {
  await project?.remove()
  project = undefined
})

async function repository(stages: Record<string, string>, files: Record<string, string> = {}): Promise<TestProject> {
  const tables = Object.entries(stages).map(([name, body]) => `[ci.stages.${name}]\n${body}\n`)
  project = await makeProject({ 'berth.toml': tables.join('\n'), 'src/a.txt': 'a\n', ...files })
  return project
}
const ci = (...args: string[]) => berth.run(['ci', ...args], { cwd: project?.directory ?? '/' })
const steady = (text: string) => text.replaceAll(/\d+(\.\d+)?m?s\b/g, 'TIME')
const there = (host: LabHost, script: string) => lab.on(host, ['sh', '-c', script])

test('prints and exits there as here, byte for byte, but for times', async () => {
  const loud = `for (let i = 0; i < 1500; i++) { process.stdout.write('\\x1b[3' + (i % 8) + 'mline ' + i); process.stdout.write(i % 3 ? '\\x1b[0m\\n' : ' \\r\\n'); if (i % 50 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100) }`
  const own = await repository(
    {
      files:
        'command = "find . -type f -not -path \\"./.git/*\\" | sort; cat src/*; test -x run.sh && echo executable"',
      loud: 'command = ["node", "loud.cjs"]',
      odd: String.raw`command = "printf 'partial \\036 \\377\\000 end'"`,
      mixed: 'command = ["sh", "-c", "echo out; echo err >&2; echo \\"$BERTH_CI_STAGE $CI $0\\"; exit 3"]',
      killed: `command = ["sh", "-c", "kill -9 $$"]`,
      below: 'command = "pwd | sed s,.*/,,; ls"\ndirectory = "src"',
      none: 'command = ["no-such-program"]',
      late: `command = "trap '' TERM; echo waiting; while :; do sleep 1; done"\ntimeout = 4`,
      skipped: 'command = "true"\ndepends_on = ["mixed"]',
    },
    { 'loud.cjs': loud, 'run.sh': '#!/bin/sh\n', '.gitignore': 'ignored\n' },
  )
  await own.write('ignored', 'stays here')
  await must(['chmod', '+x', join(own.directory, 'run.sh')])
  await own.write('src/new file\n"quoted".txt', 'dirty state comes along\n')
  await own.write('src/a.txt', 'changed\n')
  const [here, away] = await Promise.all([ci('--no-cache'), ci('--no-cache', '--on', 'root@h1')])
  expect(away.stderr).toBe('')
  expect(steady(away.stdout)).toBe(steady(here.stdout).replaceAll('./ignored\n', ''))
  expect([away.exitCode, here.exitCode]).toEqual([3, 3])
  expect((await ci('--no-cache', 'killed', '--on', 'root@h1')).exitCode).toBe(137)
})

test('git says there what it says here: on a connected machine and on any other', async () => {
  const says = [
    'git rev-parse HEAD',
    'git status --short --branch',
    'git log --oneline --decorate --all',
    'git describe --tags --always --dirty',
    'git diff --cached --stat',
    'git diff --stat',
    'git config user.name',
    'git ls-files -s',
  ].join('; ')
  const own = await repository({
    git: `command = "${says}"`,
    spoils:
      'command = "git -c user.name=x -c user.email=x commit -qam spoilt; git tag -f v9; git branch -D side; true"\nenabled = false',
  })
  await own.write(
    'part/berth.toml',
    `[ci.stages.git]\ncommand = "${says}; git rev-parse --show-prefix; cat ../src/a.txt"\n`,
  )
  await own.git('add', 'part')
  await own.git('config', 'user.name', 'Ada "L"')
  await own.git('config', 'user.email', 'ada@example.com')
  await own.git('commit', '-qm', 'first', '--allow-empty')
  await own.git('tag', '-a', 'v1', '-m', 'one')
  await own.git('branch', 'side')
  await own.write('src/staged.txt', 'staged\n')
  await own.git('add', 'src/staged.txt')
  await own.write('src/a.txt', 'changed\n')
  await own.write('untracked', '')
  const same = async (on: string, place = '.') => {
    const run = (...words: string[]) => berth.run(['ci', '--no-cache', ...words], { cwd: join(own.directory, place) })
    const [here, away] = [await run(), await run('--on', on)]
    expect(away.stderr).toBe('')
    expect(steady(away.stdout)).toBe(steady(here.stdout))
    expect([away.exitCode, here.exitCode]).toEqual([0, 0])
  }
  await same('root@10.77.0.13')
  await same('root@10.77.0.13', 'part')
  await berth.ok(['connect', 'h3'])
  await same('h3')
  // what a stage does to it there is undone, what happens here is followed
  await ci('spoils', '--on', 'h3')
  await same('h3')
  await own.git('commit', '-qam', 'second')
  await own.git('checkout', '-q', '--detach')
  await own.git('branch', '-D', 'side')
  await same('h3')
  expect(await own.git('status', '--short')).toBe('?? untracked')
})

test('the next run sends what changed, and takes back what a stage changed there', async () => {
  const own = await repository(
    { show: 'command = "cat src/a.txt src/b.txt 2>/dev/null; echo spoilt > src/a.txt; echo kept > target"' },
    { '.gitignore': 'target\n', 'src/b.txt': 'b\n' },
  )
  expect((await ci('--on', 'h1')).stdout).toContain('\na\nb\n')
  expect((await ci('--no-cache', '--on', 'h1')).stdout).toContain('\na\nb\n')
  await own.git('rm', '--quiet', 'src/b.txt')
  await own.write('src/a.txt', 'changed here\n')
  const { stdout } = await ci('--no-cache', '--on', 'h1')
  expect(stdout).toContain('\nchanged here\n')
  expect(stdout).not.toContain('\nb\n')
  expect(await there('h1', 'cat ~/.berth/stages/mirrors/*/tree/target')).toContain('kept')
})

test('a pass there is remembered for there', async () => {
  await repository({ test: 'command = "hostname"' })
  expect((await ci('--on', 'h2')).stdout).toContain('\nh2\n')
  expect((await ci('--on', 'h2')).stdout).toContain('✓ test (cached)')
})

test('a stage outlives the connection, twice, and nothing of its output is lost', async () => {
  await repository({ long: 'command = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; sleep 0.1; done"' })
  const running = ci('--on', 'h1')
  for (const seen of [10, 60]) {
    await eventually(async () =>
      expect(await there('h1', `grep -c . $(ls -t ~/.berth/stages/runs/*/log | head -1)`).then(Number)).toBeGreaterThan(
        seen,
      ),
    )
    await lab.fault('partition', 'h1')
    await eventually(async () =>
      expect(await there('h1', `grep -c . $(ls -t ~/.berth/stages/runs/*/log | head -1)`).then(Number)).toBeGreaterThan(
        seen + 30,
      ),
    )
    await lab.fault('heal', 'h1')
  }
  const { stdout, exitCode, stderr } = await running
  expect(stderr).toBe('')
  expect(stdout.match(/^line \d+$/gm)).toEqual(Array.from({ length: 200 }, (_, at) => `line ${at + 1}`))
  expect(exitCode).toBe(0)
})

test('a run outlives berthd: the next one collects it whole, or ends it', async () => {
  await repository({
    first: 'command = "echo one"',
    long: 'command = "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo row $i; sleep 0.1; done; exit 3"',
    after: 'command = "hostname"',
    endless: 'command = "echo begun; sleep 1001"\nenabled = false',
  })
  const begun = (text: string) =>
    eventually(async () =>
      expect(await there('h1', 'cat $(ls -t ~/.berth/stages/runs/*/log | head -1)')).toContain(text),
    )
  const running = ci('--on', 'h1')
  await begun('row 10')
  process.kill(await daemonPid(berth), 'SIGKILL')
  const { stdout, exitCode, stderr } = await running
  expect(stderr).toBe('')
  expect(stdout.match(/^row \d+$/gm)).toEqual(Array.from({ length: 40 }, (_, at) => `row ${at + 1}`))
  expect(steady(stdout)).toMatch(/✓ first[^]*✗ long \(TIME\): exit code 3[^]*\nh1\n[^]*2 passed, 1 failed/)
  expect(exitCode).toBe(3)

  const endless = ci('--on', 'h1', 'endless')
  await begun('begun')
  process.kill(await daemonPid(berth), 'SIGKILL')
  const { runs } = await berth.data<{ runs: { id: string; state: string }[] }>(['ci', 'runs', '--all'])
  expect(runs[0]?.state).toBe('running')
  await berth.ok(['ci', 'kill', runs[0]?.id ?? ''])
  expect((await endless).exitCode).toBe(130)
  await eventually(async () => expect(await there('h1', 'pgrep -fx "sleep 1001" || true')).toBe(''))
})

test('a stage that forks into the background neither holds the run nor leaves anything behind', async () => {
  await repository({ fork: 'command = "setsid sleep 1012 & sleep 1013 & echo forked"' })
  for (const on of [['--on', 'h1'], []]) {
    const { stdout, exitCode } = await ci('--no-cache', ...on)
    expect([stdout.includes('\nforked\n'), exitCode]).toEqual([true, 0])
  }
  await eventually(async () => {
    expect(await there('h1', 'pgrep -fx "sleep 101[23]" || true')).toBe('')
    expect((await lab.laptop(['pgrep', '-fx', 'sleep 101[23]'])).stdout).toBe('')
  })
})

test('killed from here, all of it ends there', async () => {
  await repository({ long: `command = "trap '' TERM; sleep 1000 & echo begun; wait; sleep 1000"` })
  const running = ci('--on', 'h2')
  await eventually(async () => expect(await there('h2', 'pgrep -fx "sleep 1000" || true')).not.toBe(''))
  const { runs } = await berth.data<{ runs: { id: string }[] }>(['ci', 'runs', '--all'])
  expect(await berth.ok(['ci', 'kill', runs[0]?.id ?? ''])).toContain('1 failed')
  expect((await running).exitCode).toBe(130)
  await eventually(async () => expect(await there('h2', 'pgrep -fx "sleep 1000" || true')).toBe(''))
  expect(await there('h2', 'tmux has-session -t berth && echo there')).toContain('there')
})

test('a host that is restarted under a stage is said, and the run goes on', async () => {
  await repository({ long: 'command = "echo begun; sleep 1000"', after: 'command = "hostname"' })
  const running = ci('--on', 'h3')
  await eventually(async () => expect(await there('h3', 'cat ~/.berth/stages/runs/*/log')).toContain('begun'))
  await lab.fault('reboot', 'h3')
  const { stdout, exitCode } = await running
  expect(stdout).toContain('✗ long')
  expect(stdout).toContain('was restarted')
  expect(stdout).toContain('\nh3\n')
  expect(exitCode).toBe(1)
})

test('five stages are spread over three hosts, the same way each time', async () => {
  const stage = 'command = "hostname; sleep 0.$((RANDOM % 9))"'
  await repository({ a: stage, b: stage, c: stage, d: stage, e: `${stage}\ndepends_on = ["b"]` })
  for (let round = 0; round < 2; round++) {
    const { stdout, exitCode } = await ci('--no-cache', '--on', 'h1,h2,h3')
    expect(exitCode).toBe(0)
    expect(
      stdout
        .match(/^(::group::\w|h\d)$/gm)
        ?.join(' ')
        .replaceAll('::group::', ''),
    ).toBe('a h1 b h2 c h3 d h1 e h2')
  }
})

test('a host that dies: what it ran runs elsewhere, what was built there is said to be gone', async () => {
  const wait = (host: string) => `test $(hostname) != ${host} || sleep 1004`
  await repository({
    quick: 'command = "hostname"',
    build: 'command = "hostname"',
    slow: `command = "hostname; ${wait('h1')}"`,
    use: `command = "hostname"\ndepends_on = ["build", "slow"]`,
  })
  const running = ci('--on', 'h2,h3,h1')
  await eventually(async () => expect(await there('h1', 'pgrep -fx "sleep 1004"')).not.toBe(''))
  await lab.fault('kill', 'h1')
  const { stdout, stderr, exitCode } = await running
  await lab.fault('start', 'h1')
  expect(stderr).toMatch(/h1 .*; slow runs again on h2/)
  expect(stdout).toMatch(/group::slow\n.*\nh1\n.*\nh2\n::endgroup::\n✓ slow/)
  expect(stdout).toMatch(/group::use\n.*\nh3\n/)
  expect(exitCode).toBe(0)
})

test('what cannot be is said at once, with what to do', async () => {
  await repository({ test: 'command = "true"' })
  expect(await ci('--on', 'root@nowhere')).toMatchObject({
    exitCode: 6,
    stderr: expect.stringContaining('nowhere') as string,
  })
  await lab.on('h2', [
    'sh',
    '-c',
    'mkdir -p ~/.berth/stages; mv ~/.berth/stages ~/.berth/stages.away; echo > ~/.berth/stages',
  ])
  expect((await ci('--on', 'h2')).stderr).toContain('cannot be written')
  await lab.on('h2', [
    'sh',
    '-c',
    'rm ~/.berth/stages; mv ~/.berth/stages.away ~/.berth/stages; mv /usr/bin/tmux /usr/bin/tmux.away',
  ])
  const bare = await ci('--on', 'h2')
  await lab.on('h2', ['mv', '/usr/bin/tmux.away', '/usr/bin/tmux'])
  expect(bare).toMatchObject({
    exitCode: 1,
    stderr:
      'error: h2 has no tmux, which keeps stages alive when the connection breaks\nhint: install tmux there, then run this again\n',
  })
  await lab.on('h2', ['mv', '/root/.ssh', '/root/.ssh.away'])
  const refused = await ci('--on', 'root@10.77.0.12')
  await lab.on('h2', ['mv', '/root/.ssh.away', '/root/.ssh'])
  expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('ssh-add') as string })
  await project?.write(
    '.local-ci-remote.toml',
    '[hosts.box]\nhost = "h1"\nuser = "root"\nremote_dir = "/nowhere/builds"\n',
  )
  expect((await ci('--on', 'box')).stderr).toContain('box has no directory /nowhere/builds')
})
