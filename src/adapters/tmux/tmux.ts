import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { Host, Multiplexer, StartRequest } from '../../core/ports.ts'
import type { ExecResult } from '../../lib/exec.ts'
import * as commands from './commands.ts'
import { tmuxConfig } from './config.ts'
import { parseSessions, readFailure } from './parse.ts'
import { findProcesses, sessionMarks } from './processes.ts'
import { sessionScript, startScript } from './scripts.ts'

/** What tmux needs. */
export interface TmuxDeps {
  host: Host
  /** Directory for its configuration and the session script; made when absent. */
  directory: string
  /** See socketPath. Its directory is made when absent. */
  socket: string
  /** `PATH` and `HOME` of the server; nothing of them reaches a session. */
  env: Record<string, string | undefined>
}

/** A tmux server of Berth's own, apart from the user's. It starts with the first session and ends with the last. */
export function createTmux(deps: TmuxDeps): Multiplexer {
  const server = { socket: deps.socket, config: join(deps.directory, 'tmux.conf') }
  const tmux = { ...deps, server, script: join(deps.directory, 'session.sh') }
  return {
    start: (request) => start(tmux, request),
    list: () => list(tmux),
    exitCode,
    attachCommand: (id) => ({ argv: commands.attachCommand(server, id), env: {} }),
    kill: (id, { graceMs = 1500 } = {}) => kill(tmux, id, graceMs),
    send: (id, text, { enter = false } = {}) => send(tmux, id, text, enter),
    screen: async (id) => trimScreen((await reach(tmux, id, commands.screenCommand(server, id))).stdout),
  }
}

type Tmux = TmuxDeps & { server: commands.TmuxServer; script: string }

async function start(tmux: Tmux, request: StartRequest): Promise<void> {
  // its own: the file of a session of this id that is just starting is not taken from under it
  const startFile = `${request.exitFile}.start-${randomUUID()}`
  const codeFile = codeFileOf(request.exitFile)
  await checkRequest(request)
  await installFiles(tmux)
  for (const file of [request.logFile, request.exitFile]) await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  for (const file of [request.exitFile, codeFile]) await rm(file, { force: true })
  const env = { COLORTERM: 'truecolor', ...request.env, TERM: terminal, ...sessionMarks(tmux.socket, request.id) }
  await writeFile(startFile, startScript({ ...request, env }), { mode: 0o600 })

  const argv = commands.startCommand(tmux.server, {
    id: request.id,
    title: request.title,
    command: ['/bin/sh', tmux.script, 'run', startFile, codeFile],
    reader: ['/bin/sh', tmux.script, 'log', request.logFile, codeFile, request.exitFile],
    columns: request.columns ?? 120,
    rows: request.rows ?? 40,
  })
  const result = await run(tmux, argv)
  if (result.exitCode === 0) return
  await rm(startFile, { force: true })
  if (readFailure(result.stderr) === 'duplicate')
    throw new AppError('SESSION_EXISTS', `session ${request.id} is running already`)
  throw failed(result)
}

async function checkRequest({ id, argv, directory, env }: StartRequest): Promise<void> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]*$/.test(id)) throw new AppError('NAME_INVALID', `${id} cannot name a session`)
  if (argv.length === 0) throw new AppError('USAGE', 'no command to run was given')
  if ([...argv, ...Object.values(env)].some((text) => text.includes('\0')))
    throw new AppError('USAGE', 'an argument or variable holds a NUL byte')
  const found = await stat(directory).catch(() => undefined) // whatever is wrong with it: it cannot be used
  if (!found?.isDirectory()) throw new AppError('SESSION_FAILED', `the directory ${directory} does not exist`)
}

/** Debian and Homebrew know tmux's own terminal; Apple's terminfo knows only its predecessor. */
const terminal = process.platform === 'darwin' ? 'screen-256color' : 'tmux-256color'

async function installFiles({ directory, script, server }: Tmux): Promise<void> {
  for (const path of [directory, dirname(server.socket)]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
  }
  await writeIfDifferent(script, sessionScript)
  await writeIfDifferent(server.config, tmuxConfig(terminal))
}

/** A running shell goes on reading the file it opened: a changed script takes a new file, never the old one's place. */
async function writeIfDifferent(file: string, text: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => undefined) // absent or unreadable: written anew
  if (current === text) return
  const fresh = `${file}.${randomUUID()}`
  await writeFile(fresh, text, { mode: 0o600 })
  await rename(fresh, file)
}

async function list(tmux: Tmux) {
  // asked by each list of envs, and most have no session: a look for the socket instead of a process
  if (!existsSync(tmux.socket)) return []
  const result = await run(tmux, commands.listCommand(tmux.server))
  if (result.exitCode === 0) return parseSessions(result.stdout)
  if (['no-server', 'retry'].includes(readFailure(result.stderr))) return []
  throw failed(result)
}

/** The code is known when the command ends, and published as soon as the output is whole. */
async function exitCode({ exitFile }: { exitFile: string }): Promise<number | null> {
  for (let waited = 0; ; waited += 20) {
    const published = await readCode(exitFile)
    if (published !== null) return published
    const known = await readCode(codeFileOf(exitFile))
    if (known === null) return readCode(exitFile)
    // whoever should have published it is no more
    if (waited > 3000) return known
    await wait(20)
  }
}

async function readCode(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '') // not there (yet)
  return /^\d+\n$/.test(text) ? Number(text) : null
}

const codeFileOf = (exitFile: string) => `${exitFile}.code`

async function kill(tmux: Tmux, id: string, graceMs: number): Promise<void> {
  const leader = (await list(tmux)).find((session) => session.id === id)?.pid
  const find = () => findProcesses(tmux.host, { socket: tmux.socket, id, leader })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
    if (await endProcesses(find, signal, graceMs)) break
  }
  if (leader !== undefined) await leaves(tmux, id)
  const result = await run(tmux, commands.killCommand(tmux.server, id))
  if (result.exitCode !== 0 && !['no-server', 'no-session', 'retry'].includes(readFailure(result.stderr))) {
    throw failed(result)
  }
}

/** A session without its command notes the exit code and ends by itself; only one that does not is removed by force. */
async function leaves(tmux: Tmux, id: string): Promise<void> {
  const deadline = performance.now() + 2000
  while (performance.now() < deadline && (await list(tmux)).some((session) => session.id === id)) await wait(20)
}

/** Signals each process once, also those that appear meanwhile, until none is left; false when some outlive the grace. */
async function endProcesses(find: () => Promise<number[]>, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const signalled = new Set<number>()
  const deadline = performance.now() + graceMs
  for (;;) {
    const alive = await find()
    if (alive.length === 0) return true
    if (performance.now() > deadline) return false
    for (const pid of alive.filter((candidate) => !signalled.has(candidate))) {
      signalled.add(pid)
      sendSignal(pid, signal)
      // a stopped process acts on a signal only when it is continued
      sendSignal(pid, 'SIGCONT')
    }
    await wait(20)
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it ended between being found and being signalled, or belongs to another user: the next look decides
  }
}

async function send(tmux: Tmux, id: string, text: string, enter: boolean): Promise<void> {
  if (text !== '') await reach(tmux, id, commands.pasteCommand(tmux.server, id, `berth-${randomUUID()}`), text)
  if (enter) await reach(tmux, id, commands.enterCommand(tmux.server, id))
}

async function reach(tmux: Tmux, id: string, argv: string[], input?: string): Promise<ExecResult> {
  const result = await run(tmux, argv, input)
  if (result.exitCode === 0) return result
  if (['no-server', 'no-session', 'retry'].includes(readFailure(result.stderr)))
    throw new AppError('SESSION_NOT_FOUND', `session ${id} is not running`)
  throw failed(result)
}

/** A server that is just ending refuses the call it did not take: the call is made again. */
async function run(tmux: Tmux, argv: string[], input?: string): Promise<ExecResult> {
  const env = { ...tmux.env, TERM: terminal, LC_ALL: 'C.UTF-8' }
  for (let attempt = 1; ; attempt++) {
    const result = await tmux.host.run(argv, { env, input, cwd: '/', timeoutMs: 20_000 })
    if (result.exitCode === 0 || attempt === 5 || readFailure(result.stderr) !== 'retry') return result
    await wait(20 * attempt)
  }
}

const failed = ({ stderr, timedOut }: ExecResult) =>
  new AppError('SESSION_FAILED', timedOut ? 'tmux does not answer' : stderr.trim() || 'tmux failed without a word')

const trimScreen = (text: string) => text.replace(/[\s\n]+$/, '')
