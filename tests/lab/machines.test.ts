import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { projectOn } from '../support/lab-project.ts'
import { must } from '../support/must.ts'
import { openTerminal } from '../support/terminal.ts'

let lab: Lab
let berth: TestBerth
const secret = `treasure-${process.pid}`
const elsewhere = { cwd: tmpdir() }
beforeAll(async () => {
  lab = await raiseLab({ hosts: 2 })
  berth = await lab.openBerth({ env: { TOKEN: secret } })
  await projectOn(lab, 'h1')
})
afterAll(() => lab.close())

const run = (...args: string[]) => berth.run(args, elsewhere)
const ok = (...args: string[]) => berth.ok(args, elsewhere)

test('nobody is connected to a machine that was not named', async () => {
  const { exitCode, stderr, stdout } = await run('ls', '--on', 'h1')
  expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
  expect(stderr).toBe('error: not connected to h1\nhint: berth connect h1\n')
})

test('a machine with nothing of Berth is connected to, and listed', async () => {
  expect(await ok('connect', 'h1')).toMatch(/^connected to h1: Debian GNU\/Linux .*, x64, Berth /)
  expect(await ok('connect', 'root@10.77.0.12', '--name', 'big-box')).toContain('connected to big-box')
  expect((await ok('machines')).split('\n').map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
    ['MACHINE', 'STATE'],
    ['local', 'connected'],
    ['big-box', 'connected'],
    ['h1', 'connected'],
    [''],
  ])
  expect(await lab.on('h1', ['sh', '-c', 'ls -A ~/.berth/bin; stat -c %a ~/.berth ~/.berth/berthd.sock'])).toBe(
    'berth\n700\n600',
  )
  expect((await run('ls', '--on', 'big-bocks')).stderr).toContain('did you mean big-box?')
})

test('a machine that was not meant is asked about before anything is done, and --on shows one row', async () => {
  expect(await run('disconnect', 'big-bocks', '--purge')).toMatchObject({
    exitCode: 6,
    stderr: 'error: not connected to big-bocks\nhint: did you mean big-box?\n',
  })
  expect((await run('machine', 'check', 'big-bocks')).stderr).toContain('did you mean big-box?')
  expect(await ok('machines', '--on', 'big-box', '--quiet')).toBe('big-box\n')
  expect((await run('logs', 'nope', '--on', 'h1')).stderr).toContain('hint: berth ls --on h1 shows the envs there are')
})

test('a name means one machine; the same machine again is harmless', async () => {
  const taken = await run('connect', 'h2', '--name', 'h1')
  expect(taken.stderr).toBe('error: h1 is h1 already\nhint: choose another --name, or berth disconnect h1 first\n')
  expect(taken.exitCode).toBe(4)
  expect(await ok('connect', 'h1')).toContain('connected to h1')
  expect((await run('connect', 'h1', '--name', 'Local!')).exitCode).toBe(2)
})

test('an env over there is made, started, looked at and entered as one here', async () => {
  expect(await ok('create', 'tea', '--from', '/root/shop', '--on', 'h1')).toContain('shop/tea is ready')
  expect(await ok('up', 'tea', '--on', 'h1')).toContain('shop/tea is up')
  await eventually(async () => expect(await ok('ls')).toMatch(/^ENV +MACHINE +STATE.*\nshop\/tea +h1 +up +1\/1/))
  await eventually(async () => expect(await ok('ls', '--quiet')).toBe('shop/tea --on h1\n'))
  await eventually(async () => expect(await ok('logs', 'tea', '--on', 'h1')).toContain('started'))
  const program = await run(
    'exec',
    'tea',
    '--on',
    'h1',
    '--',
    'sh',
    '-c',
    'cat /www/index.html; echo "a  b" >&2; exit 7',
  )
  expect(program).toMatchObject({ exitCode: 7, stderr: 'a  b\n' })
  expect(program.stdout).toContain('hello of')
  const { stdout } = await run('exec', 'tea', '--on', 'h1', '--json', '--', 'true')
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, machine: 'h1', data: { exitCode: 0 } })
})

test('a command runs in the workspace there, with what it is given on stdin, and its signals as a shell tells them', async () => {
  const raw = await berth.run(['run', 'tea', '--on', 'h1', '--', 'sh', '-c', 'pwd; hostname; cat; kill -9 $$'], {
    ...elsewhere,
    input: 'typed\n',
  })
  expect(raw).toMatchObject({ stdout: '/root/.berth/workspaces/shop/tea\nh1\ntyped\n', exitCode: 137 })
})

test('the checks of an env there run there, with its services up, and are listed and told from here', async () => {
  const toml = '[ci.stages.web]\ncommand = "echo $BERTH_ENV on $(hostname); curl -s $BERTH_URL_WEB; exit 3"\n'
  await berth.run(['run', 'tea', '--on', 'h1', '--', 'sh', '-c', 'cat > berth.toml'], { ...elsewhere, input: toml })
  await ok('down', 'tea', '--on', 'h1')
  const { stdout, exitCode } = await run('ci', '--env', 'shop/tea', '--on', 'h1')
  expect(stdout).toMatch(/tea on h1\nhello of \w+\n::endgroup::\n✗ web/)
  expect(exitCode).toBe(3)
  const id = (await ok('ci', 'runs', '--on', 'h1', '--quiet')).trim()
  expect(await ok('ci', 'logs', id, 'web', '--on', 'h1')).toContain('hello of')
  expect(await run('ci', '--env', 'shop/tea', '--on', 'h1,big-box')).toMatchObject({ exitCode: 2 })
  await berth.run(['run', 'tea', '--on', 'h1', '--', 'rm', 'berth.toml'], elsewhere)
})

test('Ctrl-C in a pipe ends the program there too, which may still say something', async () => {
  const [file = '', ...before] = lab.within
  const script = 'trap "echo bye >/root/said; exit 3" INT; echo ready; while :; do sleep 0.1; done'
  const words = ['run', 'tea', '--no-up', '--on', 'h1', '--', 'sh', '-c', script]
  // a process group of its own, as a shell makes one for each pipe
  const child = spawn(file, [...before, join(import.meta.dirname, '../../bin/berth'), ...words], {
    ...elsewhere,
    env: { ...process.env, ...berth.env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  process.kill(-(child.pid ?? 0), 'SIGINT')
  expect(await ended).toEqual([130, null])
  const left = ['sh', '-c', 'cat /root/said; pgrep -f "[B]ERTH_CALL=" || echo none']
  await eventually(async () => expect(await lab.on('h1', left)).toBe('bye\nnone'))
})

test('what may be secret stands in no command line, here or there', async () => {
  const seen: string[] = []
  const inside = ['exec', '-T', 'web', 'sh', '-c', 'until [ -e /seen ]; do sleep 0.2; done']
  const reading = berth.run(['compose', '--on', 'h1', 'tea', ...inside], elsewhere)
  const look = async () => {
    seen.push(await must(['ps', 'axww', '-o', 'args']), await lab.on('h1', ['ps', 'axww', '-o', 'args']))
    expect(seen.at(-1)).toContain('until [ -e /seen ]')
  }
  await eventually(look)
  await ok('exec', 'tea', '--on', 'h1', '--', 'touch', '/seen')
  expect((await reading).exitCode).toBe(0)
  expect(await ok('compose', '--on', 'h1', 'tea', 'config')).toContain(secret)
  expect(seen.join('\n')).not.toContain(secret)
})

test('a terminal there is a real one: right directory, size, Ctrl-C, exit code', async () => {
  const laptop = [join(import.meta.dirname, 'lab.sh'), 'exec', 'laptop', join(import.meta.dirname, '../../bin/berth')]
  const terminal = await openTerminal({ ...elsewhere, env: berth.env, columns: 91, rows: 23 })
  try {
    await terminal.line(`${laptop.join(' ')} shell tea --on h1`)
    await terminal.shows(/h1:.*shop\/tea[#$]/)
    await terminal.line('PS1="there> "; clear; pwd; stty size; echo $BERTH_ENV')
    const screen = await terminal.shows(/23 91\ntea/)
    expect(screen).toContain('/root/.berth/workspaces/shop/tea')
    await terminal.line('sleep 1000')
    await terminal.press('C-c')
    await terminal.line('echo went $((40 + 2)); exit 5')
    await terminal.shows('went 42')
    await terminal.line('echo code $?')
    await terminal.shows('code 5')
  } finally {
    await terminal.close()
  }
})

test('a session there outlives the terminal, is listed from here and joined again', async () => {
  await ok('run', 'sh', 'tea', '--detach', '--on', 'h1')
  await eventually(async () => expect(await ok('sessions')).toMatch(/shop\/tea +h1 +sh +running/))
  const laptop = [join(import.meta.dirname, 'lab.sh'), 'exec', 'laptop', join(import.meta.dirname, '../../bin/berth')]
  const terminal = await openTerminal({ ...elsewhere, env: berth.env })
  try {
    await terminal.line(`${laptop.join(' ')} attach tea --on h1`)
    await terminal.shows('shop/tea')
    await terminal.line('hostname; pwd')
    await terminal.shows(/h1\n\/root\/.berth\/workspaces\/shop\/tea/)
    await terminal.press('C-b', 'd')
    await terminal.shows('goes on in tea')
  } finally {
    await terminal.close()
  }
  await ok('stop', 'tea', '--on', 'h1')
  await eventually(async () => expect(await ok('sessions', '--on', 'h1')).toContain('exited'))
})

test('completion knows machines, and what is on them', async () => {
  const complete = (...words: string[]) => ok('__complete', 'fish', ...words)
  expect(await complete('ls', '--on', '')).toBe('local\tthis machine\nbig-box\troot@10.77.0.12\nh1\th1\n')
  // it waits half a second for another machine, and no longer
  await eventually(async () => expect(await complete('exec', '--on', 'h1', 't')).toBe('tea\tshop, up\n'))
  expect(await complete('disconnect', 'b')).toBe('big-box\troot@10.77.0.12\n')
})

test('a machine that is dead is a row soon, and holds up nobody', async () => {
  await lab.fault('partition', 'h2')
  await eventually(async () => {
    const startedAt = performance.now()
    const { stdout, stderr } = await run('ls')
    // two seconds on a quiet machine; of what it would wait for without an end of its own, far from all
    expect(performance.now() - startedAt).toBeLessThan(8000)
    expect(stdout).toMatch(/shop\/tea +h1 +up/)
    expect(stdout).toMatch(/^- +big-box +no answer/m)
    expect(stderr).toContain('big-box does not answer')
  })
  await eventually(async () => expect(await ok('machines')).toMatch(/big-box +unreachable/))
  await lab.fault('heal', 'h2')
  await eventually(async () => expect(await ok('machines')).toMatch(/big-box +connected/))
})

test('connections outlive berthd, and are found again by the next one', async () => {
  const log = join(berth.home, 'berthd.log')
  const pid = await sshPid()
  const { pid: daemon } = await berth.data<{ pid: number }>(['daemon', 'status'])
  process.kill(daemon, 'SIGKILL')
  await eventually(async () => expect(await ok('machines')).toMatch(/h1 +connected/))
  expect(await sshPid()).toBe(pid)
  expect(await readFile(log, 'utf8')).not.toContain('h1 is gone')
})

async function sshPid(): Promise<number> {
  const { stderr } = await lab.laptop(['ssh', '-S', join(berth.home, 'machines', 'h1.ssh'), '-O', 'check', 'x'])
  return Number(/pid=(\d+)/.exec(stderr)?.[1])
}

test('a machine is let go of; with --purge nothing of Berth stays there', async () => {
  expect(await ok('disconnect', 'big-box')).toBe('disconnected from big-box\n')
  const used = await run('disconnect', 'h1', '--purge', '--yes')
  expect(used).toMatchObject({ exitCode: 4 })
  expect(used.stderr).toContain('h1 still has envs or apps: shop/tea')
  expect((await run('disconnect', 'h1', '--purge')).exitCode).toBe(4)
  await ok('destroy', 'tea', '--on', 'h1', '--yes')
  expect(await ok('disconnect', 'h1', '--purge', '--yes')).toContain('Berth is gone from there')
  const left = ['sh', '-c', 'ls -A ~/.berth 2>&1 || true; pgrep -f [b]erthd || echo none']
  await eventually(async () => expect(await lab.on('h1', left)).toContain('none'))
  expect((await run('ls', '--on', 'h1')).stderr).toContain('not connected to h1')
})
