import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createChildLedger } from './child-ledger.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-children-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** A program in a process group of its own. */
function start(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' })
  const { pid } = child
  if (pid === undefined) throw new Error('sh did not start')
  return { pid, ended: once(child, 'exit') }
}

test('a program that was left running is ended, and forgotten', async () => {
  const program = start('exec sleep 100')
  createChildLedger(directory).note(program.pid)
  expect(await createChildLedger(directory).endLeft()).toBe(1)
  expect(await program.ended).toEqual([null, 'SIGTERM'])
  expect(await readdir(directory)).toEqual([])
})

test('what a program started is ended even where the program itself is gone', async () => {
  const program = start('sleep 0.1; sleep 100 & exit')
  createChildLedger(directory).note(program.pid)
  await program.ended
  expect(await createChildLedger(directory).endLeft()).toBe(1)
  expect(() => process.kill(-program.pid, 0)).toThrow('ESRCH')
})

test('another process that got the id meanwhile is left alone, and so is one of another boot', async () => {
  const program = start('exec sleep 100')
  const ledger = createChildLedger(directory)
  await writeFile(join(directory, String(program.pid)), 'some-other-boot 1')
  expect(await ledger.endLeft()).toBe(0)
  ledger.note(program.pid)
  const [boot] = (await readFile(join(directory, String(program.pid)), 'utf8')).split(' ')
  await writeFile(join(directory, String(program.pid)), `${boot} 1`)
  expect(await ledger.endLeft()).toBe(0)
  process.kill(program.pid, 'SIGKILL')
  expect(await program.ended).toEqual([null, 'SIGKILL'])
})

test('a program that ended well is not looked for', async () => {
  const program = start('exit')
  const ledger = createChildLedger(directory)
  ledger.note(program.pid)
  await program.ended
  ledger.forget(program.pid)
  expect(await ledger.endLeft()).toBe(0)
})
