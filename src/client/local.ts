import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { socketPath } from '../contract/home.ts'
import type { Input, Output, RouteName } from '../contract/routes.ts'
import { versionHeader } from '../contract/wire.ts'
import { version } from '../lib/version.ts'
import { readAnswer, type Transport } from './client.ts'
import { ClientError } from './failure.ts'
import { post, readBody } from './request.ts'

/** How long a daemon may take until it listens, ms: recovery of cut-off work happens after that. */
const startDeadline = 10_000

export interface LocalDaemon {
  home: string
  /** Path of the berthd program. */
  program: string
}

/** This machine's daemon: started when absent, replaced when it is of another version and idle. */
export function localTransport(daemon: LocalDaemon): Transport {
  const socket = socketPath(daemon.home)
  return {
    machine: 'local',
    async open(name, input, signal) {
      const answer = await openOrStart(daemon, socket, name, input, signal)
      if (answer.statusCode !== 426) return answer
      answer.resume()
      await replaceDaemon(socket, String(answer.headers[versionHeader]))
      return openOrStart(daemon, socket, name, input, signal)
    },
  }
}

/** Asks a daemon that may not be there; undefined when nobody listens. Never starts one. */
export async function askRunning<N extends RouteName>(
  home: string,
  name: N,
  input: Input<N>,
): Promise<Output<N> | undefined> {
  let answer: IncomingMessage
  try {
    answer = await post(socketPath(home), name, input)
  } catch (error) {
    if (nobodyListens(error)) return undefined
    throw toClientError(error)
  }
  return readAnswer<N>(answer)
}

async function openOrStart(
  daemon: LocalDaemon,
  socket: string,
  name: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const deadline = Date.now() + startDeadline
  for (let started = false; ; ) {
    try {
      return await post(socket, name, input, signal)
    } catch (error) {
      if (!nobodyListens(error)) throw toClientError(error)
      if (Date.now() > deadline) throw unavailable('berthd did not start in time')
      if (!started) await startDaemon(daemon)
      // Another berth may have won the start: its daemon listens within milliseconds.
      else await wait(10)
      started = true
    }
  }
}

/** Starts berthd in a session of its own; resolves when it listens or has left the field to another one. */
async function startDaemon({ home, program }: LocalDaemon): Promise<void> {
  if (!existsSync(home)) mkdirSync(home, { recursive: true, mode: 0o700 })
  const log = openSync(join(home, 'berthd.log'), 'a', 0o600)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log, 'pipe'],
    env: { ...outsideSessions(process.env), BERTH_HOME: home },
  })
  closeSync(log)
  const said = await readyMessage(child)
  child.unref()
  if (said === 'ready' || said === 'running') return
  const { code, message, hint } = JSON.parse(said || '{}') as { code?: string; message?: string; hint?: string }
  throw new ClientError({
    code: code ?? 'DAEMON_UNAVAILABLE',
    message: message ?? 'berthd ended while it started',
    hint: hint ?? 'berth daemon logs',
    details: {},
  })
}

/** A daemon started in a session is no part of it: it must not end when the session is stopped. */
function outsideSessions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BERTH_SESSION: _, BERTH_TMUX: __, TMUX: ___, TMUX_PANE: ____, ...rest } = env
  return rest
}

/** What the daemon writes to descriptor 3: `ready`, `running` (another one is), or its error as JSON. */
function readyMessage(child: ReturnType<typeof spawn>): Promise<string> {
  const pipe = child.stdio[3] as NodeJS.ReadableStream & { destroy(): void }
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let said = ''
  pipe.setEncoding('utf8')
  pipe.on('data', (chunk: string) => {
    said += chunk
    if (!said.includes('\n')) return
    pipe.destroy()
    resolve(said.trim())
  })
  pipe.on('end', () => resolve(said.trim()))
  child.on('error', (error) => reject(unavailable(`berthd cannot be started: ${error.message}`)))
  return promise
}

async function replaceDaemon(socket: string, running: string): Promise<void> {
  const answer = await post(socket, 'daemon.stop', { ifIdle: true })
  const body = JSON.parse(await readBody(answer)) as { pid?: number; error?: { message: string } }
  if (answer.statusCode !== 200 || body.pid === undefined) {
    throw new ClientError({
      code: 'DAEMON_BUSY',
      message: `berthd ${running} is still working, so this berth (${version}) cannot replace it now`,
      hint: 'wait for its operations to end, or berth daemon stop',
      details: {},
    })
  }
  await processGone(body.pid)
}

async function processGone(pid: number): Promise<void> {
  const deadline = Date.now() + startDeadline
  while (Date.now() < deadline) {
    try {
      process.kill(pid, 0)
    } catch {
      return // ESRCH: it is gone
    }
    await wait(5)
  }
  throw unavailable(`berthd (pid ${pid}) does not stop`)
}

const nobodyListens = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')

function toClientError(error: unknown): ClientError {
  const denied = error instanceof Error && 'code' in error && error.code === 'EACCES'
  const message = error instanceof Error ? error.message : String(error)
  return unavailable(
    denied ? 'the daemon of this BERTH_HOME belongs to another user' : `berthd does not answer: ${message}`,
  )
}

const unavailable = (message: string) =>
  new ClientError({ code: 'DAEMON_UNAVAILABLE', message, hint: 'berth daemon logs', details: {} })
