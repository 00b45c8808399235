import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exec } from '../../../src/lib/exec.ts'
import { eventually } from '../../support/eventually.ts'
import { openTmux, type TestTmux } from '../../support/tmux.ts'

let tmux: TestTmux
beforeEach(async () => {
  tmux = await openTmux()
})
afterEach(() => tmux.close())

const logFile = (id: string) => join(tmux.directory, `${id}.log`)
const exitFile = (id: string) => join(tmux.directory, `${id}.exit`)
const begin = (id: string, argv: string[], title = id) =>
  tmux.multiplexer.start({
    id,
    title,
    argv,
    directory: tmux.directory,
    env: { PATH: process.env.PATH ?? '' },
    logFile: logFile(id),
    exitFile: exitFile(id),
  })
const output = async (id: string, text: string) =>
  eventually(async () => expect(await readFile(logFile(id), 'utf8')).toContain(text))
const exitCode = (id: string) => eventually(() => readFile(exitFile(id), 'utf8'))

/** A process that ended and that nobody has collected yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false // it is gone
  }
}

async function pidsIn(id: string, count: number): Promise<number[]> {
  return eventually(async () => {
    const found = [...(await readFile(logFile(id), 'utf8')).matchAll(/pid=(\d+)/g)].map((match) => Number(match[1]))
    expect(found).toHaveLength(count)
    expect(found.every(isAlive)).toBe(true)
    return found
  })
}

describe('kill', () => {
  test('ends children in the background, also those in a session of their own', async () => {
    const script =
      'sleep 1000 & echo pid=$!; setsid sh -c "echo pid=\\$\\$; sleep 1000; :" & (setsid sh -c "echo pid=\\$\\$; exec sleep 1000" &); wait'
    await begin('family', ['sh', '-c', script])
    const family = await pidsIn('family', 3)
    await tmux.multiplexer.kill('family')
    expect(family.filter(isAlive)).toEqual([])
    expect(await exitCode('family')).toBe('143\n')
  })

  test('ends what will not listen, in time', async () => {
    await begin('stubborn', ['sh', '-c', 'trap "" TERM HUP INT; echo pid=$$; while :; do sleep 1; done'])
    const [pid = 0] = await pidsIn('stubborn', 1)
    const before = performance.now()
    await tmux.multiplexer.kill('stubborn', { graceMs: 200 })
    expect(isAlive(pid)).toBe(false)
    expect(performance.now() - before).toBeLessThan(15_000)
    expect(await exitCode('stubborn')).toBe('137\n')
  })

  test('ends a stopped process and an interactive shell', async () => {
    await begin('stopped', ['sh', '-c', 'echo pid=$$; kill -STOP $$; sleep 1000'])
    await begin('shell', ['bash', '--norc', '-i'])
    await output('stopped', 'pid=')
    await output('shell', 'bash-')
    await Promise.all(['stopped', 'shell'].map((id) => tmux.multiplexer.kill(id, { graceMs: 500 })))
    expect(await tmux.multiplexer.list()).toEqual([])
  })

  test('lets a program end in its own way', async () => {
    await begin('polite', ['sh', '-c', 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done'])
    await output('polite', 'ready')
    await tmux.multiplexer.kill('polite')
    expect(await exitCode('polite')).toBe('0\n')
    expect(await readFile(logFile('polite'), 'utf8')).toContain('bye\r\n')
  })

  test('ends what a finished session left running', async () => {
    await begin('finished', ['sh', '-c', 'setsid sh -c "echo pid=\\$\\$; exec sleep 1000" & sleep 0.2'])
    const [pid = 0] = await pidsIn('finished', 1)
    await exitCode('finished')
    await tmux.multiplexer.kill('finished')
    expect(isAlive(pid)).toBe(false)
  })

  test('touches nothing else', async () => {
    const bystander = spawn('sleep', ['1000'])
    await begin('one', ['sleep', '1000'])
    await begin('one-more', ['sleep', '1000'])
    await tmux.multiplexer.kill('one')
    expect((await tmux.multiplexer.list()).map(({ id }) => id)).toEqual(['one-more'])
    expect(isAlive(bystander.pid ?? 0)).toBe(true)
    bystander.kill()
    await once(bystander, 'exit')
  })
})

test('sessions outlive the process that started them and its whole process group', async () => {
  const module = (path: string) => JSON.stringify(join(import.meta.dirname, '../../../src/adapters', path))
  const request = {
    id: 'orphan',
    title: 'orphan',
    argv: ['sleep', '1000'],
    directory: tmux.directory,
    env: { PATH: process.env.PATH },
    logFile: logFile('orphan'),
    exitFile: exitFile('orphan'),
  }
  const deps = { directory: join(tmux.directory, 'tmux'), socket: tmux.socket, env: { PATH: process.env.PATH } }
  const script = `
    const { createTmux } = await import(${module('tmux/tmux.ts')})
    const { createLocalHost } = await import(${module('host/local-host.ts')})
    await createTmux({ host: createLocalHost(), ...${JSON.stringify(deps)} }).start(${JSON.stringify(request)})
    console.log('started')
    setInterval(() => {}, 1000)`
  const caller = spawn(process.execPath, ['--input-type=module', '-e', script], { detached: true })
  await once(caller.stdout, 'data')
  process.kill(-(caller.pid ?? 0), 'SIGKILL')
  await once(caller, 'exit')
  expect(await tmux.multiplexer.list()).toMatchObject([{ id: 'orphan' }])
  await tmux.multiplexer.kill('orphan')
  expect(await exitCode('orphan')).toBe('143\n')
})

test('when tmux itself is killed, the sessions end as if their terminal was closed', async () => {
  await begin('victim', ['sleep', '1000'])
  const { stdout } = await exec(['tmux', '-S', tmux.socket, 'display-message', '-p', '#{pid}'])
  process.kill(Number(stdout), 'SIGKILL')
  expect(await exitCode('victim')).toBe('129\n')
  expect(await tmux.multiplexer.list()).toEqual([])
  await begin('next', ['sleep', '1000'])
  expect(await tmux.multiplexer.list()).toMatchObject([{ id: 'next' }])
})

describe('a person', () => {
  test('types and sees what the screen shows', async () => {
    await begin('cat', ['sh', '-c', 'stty -echo; echo ready; cat'])
    await output('cat', 'ready')
    await tmux.multiplexer.send('cat', 'ünïcödé; $(x)\nsecond line', { enter: true })
    await eventually(async () => expect(await tmux.multiplexer.screen('cat')).toBe('ready\nünïcödé; $(x)\nsecond line'))
  })

  test('can type much at once', async () => {
    await begin('much', ['sh', '-c', 'stty raw -echo; echo ready; head -c 200000 | wc -c'])
    await output('much', 'ready')
    await tmux.multiplexer.send('much', 'x'.repeat(200_000))
    await output('much', '200000')
  })

  test.each([
    ['from inside another tmux', []],
    ['from a terminal nobody here has heard of', ['env', 'TERM=xterm-of-tomorrow']],
    ['from a terminal that claims to be dumb', ['env', 'TERM=dumb']],
  ])('attaches %s, sees where they are and how to leave, and leaves', async (_, terminal) => {
    await begin('inner', ['sh', '-c', 'echo hello from inside; sleep 1000'], 'shop/feat-a claude')
    const outer = await openTmux()
    try {
      const { argv, env } = tmux.multiplexer.attachCommand('inner')
      const exit = join(outer.directory, 'exit')
      await outer.multiplexer.start({
        id: 'outer',
        title: 'outer',
        argv: [...terminal, ...argv],
        directory: outer.directory,
        env: { PATH: process.env.PATH ?? '', ...env },
        logFile: join(outer.directory, 'log'),
        exitFile: exit,
      })
      await eventually(async () => {
        const screen = await outer.multiplexer.screen('outer')
        expect(screen).toContain('hello from inside')
        expect(screen).toContain('shop/feat-a claude')
        expect(screen).toContain('leave it running: Ctrl-b d')
      })
      expect(await tmux.multiplexer.list()).toMatchObject([{ id: 'inner', attached: 1 }])
      await outer.multiplexer.send('outer', '\u0002')
      await outer.multiplexer.send('outer', 'd')
      expect(await eventually(() => readFile(exit, 'utf8'))).toBe('0\n')
      expect(await tmux.multiplexer.list()).toMatchObject([{ id: 'inner', attached: 0 }])
    } finally {
      await outer.close()
    }
  })
})
