import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { processMark, type StageEnd, type StageMachine, type StageProcess } from '../../core/ports/ci.ts'
import type { Host } from '../../core/ports.ts'
import type { ChildLedger } from './child-ledger.ts'
import { endMarked } from './marked-processes.ts'
import { createToolFacts, platformName } from './tool-facts.ts'

/** How long a stage that was told to end may take, ms. */
const grace = 5000

/** Stages as processes of this machine: each leads a process group of its own, which ends with it. */
export function createLocalStages(host: Pick<Host, 'run'>, children: ChildLedger): StageMachine {
  let platform: Promise<string> | undefined
  return {
    name: 'local',
    keepsake: () => null,
    prepare: () => Promise.resolve(),
    platform: () => (platform ??= platformName()),
    tools: createToolFacts(host),
    run: (process, signal) => run(children, process, signal),
  }
}

async function run(children: ChildLedger, stage: StageProcess, signal: AbortSignal): Promise<StageEnd> {
  signal.throwIfAborted()
  const [file = '', ...args] = stage.argv
  // a file, and not a pipe: what it writes is there whoever reads it, and a program may open /dev/stdout
  const log = await open(stage.log, 'a', 0o600)
  try {
    const cwd = join(stage.root, stage.directory)
    const child = spawn(file, args, { cwd, env: stage.env, detached: true, stdio: ['ignore', log.fd, log.fd] })
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const { pid } = child
    if (pid === undefined) return await notStarted(ended, log)
    children.note(pid)
    const ending = endGroupWhenTold(pid, stage.timeoutMs, signal)
    const [exitCode, by] = await ended
    ending.release()
    children.forget(pid)
    await endMarked(`${processMark}=${stage.id}`, pid)
    const code = exitCode ?? 128 + (by === null ? 0 : constants.signals[by])
    return { exitCode: code, timedOut: ending.timedOut() }
  } finally {
    await log.close()
  }
}

/** As a shell would have it: says what is wrong, and 127 or 126. */
async function notStarted(ended: Promise<unknown>, log: { write(text: string): Promise<unknown> }): Promise<StageEnd> {
  const error = await ended.then(
    () => new AppError('INTERNAL', 'a program without a process id ended'),
    (thrown: NodeJS.ErrnoException) => thrown,
  )
  const missing = error.code === 'ENOENT'
  const program = 'path' in error ? String(error.path) : ''
  await log.write(`${program}: ${missing ? 'not found' : error.message}\n`)
  return { exitCode: missing ? 127 : 126, timedOut: false }
}

/** SIGTERM, then SIGKILL; and whatever the leader left behind when it ended. */
function endGroupWhenTold(pid: number, timeoutMs: number | null, signal: AbortSignal) {
  let late = false
  let killing: NodeJS.Timeout | undefined
  const end = () => {
    signalGroup(pid, 'SIGTERM')
    killing ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), grace)
  }
  const deadline = timeoutMs === null ? undefined : setTimeout(() => ((late = true), end()), timeoutMs)
  signal.addEventListener('abort', end, { once: true })
  return {
    timedOut: () => late,
    release() {
      clearTimeout(deadline)
      clearTimeout(killing)
      signal.removeEventListener('abort', end)
      signalGroup(pid, 'SIGKILL')
    },
  }
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch {
    // ESRCH: nothing of it is left; EPERM: what is left runs as another user
  }
}
