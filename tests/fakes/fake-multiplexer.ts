import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../src/core/errors.ts'
import type { Multiplexer, MultiplexerSession, StartRequest } from '../../src/core/ports.ts'

/** What a command would do: run until it is killed, or print something and end. */
export type FakeProgram = 'forever' | { output: string; exitCode: number }

/** A multiplexer that starts no process: `program` says what a command would have done. */
export interface FakeMultiplexer extends Multiplexer {
  /** Every start so far, the latest last. */
  started: StartRequest[]
  /** What was typed into a session. */
  typed(id: string): string
  /** Ends a running session as its command would. */
  end(id: string, output: string, exitCode: number): Promise<void>
  /** The machine goes down: every session is gone without a word. */
  crash(): void
}

/** Makes one without sessions. */
export function createFakeMultiplexer(program: (argv: readonly string[]) => FakeProgram): FakeMultiplexer {
  const running = new Map<string, { session: MultiplexerSession; request: StartRequest; typed: string }>()
  const started: StartRequest[] = []
  let nextPid = 1000
  const reach = (id: string) => {
    const found = running.get(id)
    if (!found) throw new AppError('SESSION_NOT_FOUND', `session ${id} is not running`)
    return found
  }
  const end = async (id: string, output: string, exitCode: number) => {
    const { request } = reach(id)
    running.delete(id)
    await writeFile(request.logFile, output.replaceAll('\n', '\r\n'))
    await writeFile(request.exitFile, `${exitCode}\n`)
  }
  return {
    started,
    end,
    typed: (id) => reach(id).typed,
    crash: () => running.clear(),
    list: async () => [...running.values()].map(({ session }) => session),
    start: async (request) => {
      check(request)
      if (running.has(request.id)) throw new AppError('SESSION_EXISTS', `session ${request.id} is running already`)
      started.push(request)
      const session = { id: request.id, pid: nextPid++, attached: 0, createdAt: new Date().toISOString() }
      running.set(request.id, { session, request, typed: '' })
      await mkdir(dirname(request.logFile), { recursive: true })
      const does = program(request.argv)
      if (does !== 'forever') await end(request.id, does.output, does.exitCode)
    },
    exitCode: async ({ exitFile }) => {
      const text = await readFile(exitFile, 'utf8').catch(() => '')
      return text === '' ? null : Number(text)
    },
    attachCommand: (id) => ({ argv: ['attach', id], env: {} }),
    kill: async (id) => {
      if (running.has(id)) await end(id, '', 143)
    },
    send: async (id, text, { enter = false } = {}) => {
      reach(id).typed += text + (enter ? '\n' : '')
    },
    screen: async (id) => reach(id).typed,
  }
}

function check({ id, argv, directory }: StartRequest): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]*$/.test(id)) throw new AppError('NAME_INVALID', `${id} cannot name a session`)
  if (argv.length === 0) throw new AppError('USAGE', 'no command to run was given')
  if (!existsSync(directory)) throw new AppError('SESSION_FAILED', `the directory ${directory} does not exist`)
}
