import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Multiplexer, StartRequest } from '../../src/core/ports.ts'
import { eventually } from '../support/eventually.ts'

/** Commands the contract runs: a fake knows them by heart. */
export const contractCommands = {
  forever: ['sleep', '1000'],
  failing: ['sh', '-c', 'printf "hello\\n"; exit 3'],
} as const

/** What every Multiplexer does. `open` makes one without sessions; `close` ends it. */
export function multiplexerContract(open: () => Promise<{ multiplexer: Multiplexer; close(): Promise<void> }>): void {
  let directory = ''
  let multiplexer: Multiplexer
  let opened: { multiplexer: Multiplexer; close(): Promise<void> }
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'berth-mux-'))
    opened = await open()
    multiplexer = opened.multiplexer
  })
  afterEach(async () => {
    await opened.close()
    await rm(directory, { recursive: true, force: true })
  })

  const request = (id: string, argv: readonly string[]): StartRequest => ({
    id,
    title: `shop/feat ${id}`,
    argv,
    directory,
    env: { PATH: process.env.PATH ?? '' },
    logFile: join(directory, 'logs', `${id}.log`),
    exitFile: join(directory, 'logs', `${id}.exit`),
  })
  const ids = async () => (await multiplexer.list()).map(({ id }) => id).sort()

  describe('sessions', () => {
    test('there are none at first', async () => {
      expect(await multiplexer.list()).toEqual([])
    })

    test('one that runs is listed, with its process and age, until it is killed', async () => {
      await multiplexer.start(request('a1', contractCommands.forever))
      await multiplexer.start(request('a10', contractCommands.forever))
      const [session] = await multiplexer.list()
      expect(session).toMatchObject({ id: 'a1', attached: 0 })
      expect(session?.pid).toBeGreaterThan(1)
      expect(Math.abs(Date.now() - Date.parse(session?.createdAt ?? ''))).toBeLessThan(60_000)
      await multiplexer.kill('a1')
      expect(await ids()).toEqual(['a10'])
      await multiplexer.kill('a1')
    })

    test('one that ends leaves its output and its exit code, and is listed no more', async () => {
      const ending = request('a1', contractCommands.failing)
      await multiplexer.start(ending)
      await eventually(async () => expect(await readFile(ending.exitFile, 'utf8')).toBe('3\n'))
      expect(await readFile(ending.logFile, 'utf8')).toBe('hello\r\n')
      await eventually(async () => expect(await ids()).toEqual([]))
      expect(await multiplexer.exitCode(ending)).toBe(3)
      expect(await multiplexer.exitCode({ exitFile: join(directory, 'nobody.exit') })).toBeNull()
    })

    test('an id runs once at a time, and again when it has ended', async () => {
      await multiplexer.start(request('a1', contractCommands.forever))
      const again = multiplexer.start(request('a1', contractCommands.forever))
      await expect(again).rejects.toMatchObject({ code: 'SESSION_EXISTS' })
      expect(await ids()).toEqual(['a1'])
      await multiplexer.kill('a1')
      await multiplexer.start(request('a1', contractCommands.forever))
      expect(await ids()).toEqual(['a1'])
    })

    test('what is killed has an exit code too', async () => {
      const killed = request('a1', contractCommands.forever)
      await multiplexer.start(killed)
      await multiplexer.kill('a1')
      expect(await multiplexer.exitCode(killed)).toBe(143)
      await eventually(async () => expect(await readFile(killed.exitFile, 'utf8')).toBe('143\n'))
    })

    test('nobody can be reached who is not there', async () => {
      await expect(multiplexer.send('nobody', 'x')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
      await expect(multiplexer.screen('nobody')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
      await multiplexer.kill('nobody')
    })

    test('a directory that is not there, an empty command or an unusable id is refused', async () => {
      const nowhere = { ...request('a1', contractCommands.forever), directory: join(directory, 'nowhere') }
      await expect(multiplexer.start(nowhere)).rejects.toMatchObject({ code: 'SESSION_FAILED' })
      await expect(multiplexer.start(request('a1', []))).rejects.toMatchObject({ code: 'USAGE' })
      await expect(multiplexer.start(request('a:1', ['x']))).rejects.toMatchObject({ code: 'NAME_INVALID' })
      expect(await multiplexer.list()).toEqual([])
    })

    test('attaching names the session', () => {
      const { argv } = multiplexer.attachCommand('a1')
      expect(argv.length).toBeGreaterThan(1)
      expect(argv.join(' ')).toContain('a1')
    })
  })
}
