import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { askMachine } from './ask-machine.ts'

const asked = { context: 'default', machine: 'h1', agent: undefined }

/** A machine that answers with the kind of socket it was asked at; `open` connects to it. */
async function world(kinds: readonly ('socket' | 'ready')[], open: () => Promise<unknown>) {
  const directory = mkdtempSync(join(tmpdir(), 'berth-ask-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const at = (kind: string) => join(directory, kind)
  for (const kind of kinds) {
    const server = createServer((_, answer) => answer.end(JSON.stringify({ app: kind })))
    await new Promise<void>((resolve) => server.listen(at(kind), resolve))
    onTestFinished(() => void server.close())
  }
  const deps = {
    links: { open },
    machineSockets: () => ({ socket: at('socket'), ready: at('ready'), control: at('control') }),
  } as unknown as Pick<DaemonDeps, 'links' | 'machineSockets'>
  return () => askMachine(deps, asked, 'app.name', { directory: '/' }, 5000)
}

test('a ready line is asked at once, however long it takes to see that the connection stands', async () => {
  const ask = await world(['socket', 'ready'], () => new Promise(() => undefined))
  expect(await ask()).toEqual({ app: 'ready' })
})

test('where it leads nowhere the machine is connected to, and asked again', async () => {
  const ask = await world(['socket'], () => Promise.resolve())
  expect(await ask()).toEqual({ app: 'socket' })
})

test('a machine that cannot be connected to is told of with why', async () => {
  const ask = await world([], () => Promise.reject(new AppError('MACHINE_NOT_CONNECTED', 'not connected to h1')))
  await expect(ask()).rejects.toThrow('not connected to h1')
})
