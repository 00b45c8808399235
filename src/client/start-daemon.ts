import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { ClientError, unavailable } from './failure.ts'

/** Where a daemon lives, and the program it is. */
export interface LocalDaemon {
  home: string
  /** Path of the berthd program. */
  program: string
  /** Told what the daemon found cut off and is settling. */
  onNotice?: (text: string) => void
}

/** What berthd writes to descriptor 3, in one line of JSON, once it listens or knows that it will not. */
export interface StartReport {
  /** `running`: another daemon has the home. */
  state: 'ready' | 'running' | 'failed'
  /** What it found cut off. */
  notices?: string[]
  error?: { code: string; message: string; hint: string; details: Record<string, unknown> }
}

/** Starts berthd in a session of its own; true when it listens, false when another one has the home. Rejects with its failure. */
export async function startDaemon({ home, program, onNotice }: LocalDaemon): Promise<boolean> {
  const log = openLog(home)
  const child = spawn(process.execPath, [...daemonFlags, program], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log, 'pipe'],
    env: { ...daemonEnvironment(process.env), BERTH_HOME: home },
  })
  if (log !== 'ignore') closeSync(log)
  const report = await readReport(child)
  child.unref()
  for (const notice of report.notices ?? []) onNotice?.(notice)
  if (report.error) throw new ClientError(report.error)
  return report.state === 'ready'
}

/**
 * Flags of Node's. What a daemon makes for one request is garbage with the next: with V8's usual 16 MiB for the young
 * it holds 167 MB after a hundred creates, with 1 MiB 110 MB, and no pause is long. One thread for all of the collection
 * (--single-threaded-gc) answers 99 of 100 names in 0.8 ms instead of 1.8, and holds 150 MB: not worth it. Most other
 * flags would throw away the code cache: see daemon/heap.ts.
 */
export const daemonFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1']

/** The daemon makes the home itself, once it knows that it may be there, and says what is wrong with one that is. */
function openLog(home: string): number | 'ignore' {
  try {
    return openSync(join(home, 'berthd.log'), 'a', 0o600)
  } catch {
    return 'ignore' // there is no home yet, or none that can be used
  }
}

/**
 * What of the caller's environment the daemon gets, and keeps for as long as it lives: nothing that means only this
 * caller's directory or terminal (a git hook exports GIT_DIR; every git of the daemon would obey it).
 */
function daemonEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !callersOwn.test(name)))
}

/** Of git, Compose, npm, the terminal, and the session the caller is in: a daemon is no part of it, and outlives it. */
const callersOwn = /^(GIT|COMPOSE|TMUX|npm)(_|$)|^(OLDPWD|PWD|BERTH_SESSION|BERTH_TMUX)$/

function readReport(child: ReturnType<typeof spawn>): Promise<StartReport> {
  const pipe = child.stdio[3] as NodeJS.ReadableStream & { destroy(): void }
  const { promise, resolve, reject } = Promise.withResolvers<StartReport>()
  let said = ''
  pipe.setEncoding('utf8')
  pipe.on('data', (chunk: string) => {
    said += chunk
    if (!said.includes('\n')) return
    pipe.destroy()
    resolve(JSON.parse(said) as StartReport)
  })
  pipe.on('end', () => reject(unavailable('berthd ended while it started')))
  child.on('error', (error) => reject(unavailable(`berthd cannot be started: ${error.message}`)))
  return promise
}
