import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { openTmux, type TestTmux } from '../../support/tmux.ts'

let tmux: TestTmux
beforeAll(async () => {
  tmux = await openTmux()
})
afterAll(() => tmux.close())

const files = (id: string) => ({
  logFile: join(tmux.directory, `${id}.log`),
  exitFile: join(tmux.directory, `${id}.exit`),
})
const begin = (id: string, argv: string[], more: { columns?: number; rows?: number; logFile?: string } = {}) =>
  tmux.multiplexer.start({
    id,
    title: id,
    argv,
    directory: tmux.directory,
    env: { PATH: process.env.PATH ?? '' },
    ...files(id),
    ...more,
  })
const exitCode = (id: string) => eventually(() => readFile(files(id).exitFile, 'utf8'), 60_000)
const output = (id: string) => readFile(files(id).logFile, 'utf8')

describe('output is whole', () => {
  test('of a command that prints and ends at once: fifty times in a row', async () => {
    for (let run = 0; run < 50; run++) {
      await begin(`quick-${run}`, ['echo', `run ${run}`])
      expect(await exitCode(`quick-${run}`)).toBe('0\n')
      expect(await output(`quick-${run}`)).toBe(`run ${run}\r\n`)
    }
  })

  test('of fifty such commands at once', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `crowd-${index}`)
    await Promise.all(ids.map((id) => begin(id, ['sh', '-c', `seq 1000; echo ${id}; exit 7`])))
    const numbers = Array.from({ length: 1000 }, (_, index) => `${index + 1}\r\n`).join('')
    for (const id of ids) {
      expect(await exitCode(id)).toBe('7\n')
      expect(await output(id)).toBe(`${numbers}${id}\r\n`)
    }
  })

  test('of 50 MB, byte for byte', async () => {
    const size = 50 * 1024 * 1024
    // without output processing: the terminal would make \r\n of \n
    await begin('large', ['sh', '-c', `stty -opost; yes 'line of a large output' | head -c ${size}`])
    expect(await exitCode('large')).toBe('0\n')
    expect((await stat(files('large').logFile)).size).toBe(size)
    const line = Buffer.from('line of a large output\n')
    const expected = Buffer.alloc(size, line)
    expect(await digestOf(files('large').logFile)).toBe(createHash('sha256').update(expected).digest('hex'))
  })

  test('of a command that leaves a program in the background', async () => {
    await begin('leaves', ['sh', '-c', 'sleep 1000 & echo left; exit 5'])
    expect(await exitCode('leaves')).toBe('5\n')
    expect(await output('leaves')).toBe('left\r\n')
    await tmux.multiplexer.kill('leaves')
  })

  test('control bytes and bytes that are no UTF-8 included', async () => {
    await begin('bytes', ['sh', '-c', String.raw`stty -opost; printf '\033[31mred\033[0m\001\377\376\342\202 \007'`])
    await exitCode('bytes')
    expect(await readFile(files('bytes').logFile)).toEqual(
      Buffer.from('\u001b[31mred\u001b[0m\u0001\u00ff\u00fe\u00e2\u0082 \u0007', 'latin1'),
    )
  })

  test('and only the owner can read it', async () => {
    await begin('private', ['echo', 'secret'])
    await exitCode('private')
    expect((await stat(files('private').logFile)).mode & 0o777).toBe(0o600)
    expect((await stat(files('private').exitFile)).mode & 0o777).toBe(0o600)
  })

  test('the exit code is kept where the output cannot be written', async () => {
    await begin('full', ['sh', '-c', 'seq 100000; exit 9'], { logFile: '/dev/full' })
    expect(await exitCode('full')).toBe('9\n')
  })
})

describe('exit codes', () => {
  test.each([
    ['zero', 'exit 0', '0\n'],
    ['many', 'exit 255', '255\n'],
    ['term', 'kill -TERM $$', '143\n'],
    ['killed', 'kill -KILL $$', '137\n'],
    ['int', 'kill -INT $$', '130\n'],
    ['hup', 'kill -HUP $$', '129\n'],
    ['segv', 'kill -SEGV $$', '139\n'],
  ])('%s', async (name, script, expected) => {
    await begin(`code-${name}`, ['sh', '-c', script])
    expect(await exitCode(`code-${name}`)).toBe(expected)
  })

  test('a signal to the whole terminal reaches the command, and its code is kept', async () => {
    await begin('ctrl-c', ['sh', '-c', 'echo ready; trap "exit 42" INT; while :; do sleep 0.05; done'])
    await eventually(async () => expect(await output('ctrl-c')).toContain('ready'))
    await tmux.multiplexer.send('ctrl-c', '\u0003')
    expect(await exitCode('ctrl-c')).toBe('42\n')
  })

  test('a program that does not exist: 127, and the output says so', async () => {
    await begin('missing', ['no-such-program', 'x'])
    expect(await exitCode('missing')).toBe('127\n')
    expect(await output('missing')).toContain('no-such-program: not found')
  })
})

test('the terminal has the size asked for', async () => {
  await begin('size-default', ['stty', 'size'])
  await begin('size-given', ['stty', 'size'], { columns: 200, rows: 60 })
  await exitCode('size-default')
  await exitCode('size-given')
  expect(await output('size-default')).toBe('40 120\r\n')
  expect(await output('size-given')).toBe('60 200\r\n')
})

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
