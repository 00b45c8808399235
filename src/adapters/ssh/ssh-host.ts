import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import type { ExecOptions, ExecResult } from '../../lib/exec.ts'
import { environmentText, mark, type RemoteRun, remoteScript, runCommand, type SshTarget } from './commands.ts'
import { sshFailure } from './failures.ts'

/** How long a program may take to end once it was told to, ms: SIGKILL follows after 5 s there. */
const endPatience = 10_000

/** How long the mark may take where the program is to be ended already, ms. */
const markPatience = 500

/**
 * The machine at the other end of an SSH connection. `local` runs ssh itself. Beside what every Host throws: what the way
 * there may fail with (MACHINE_UNREACHABLE, SSH_AUTH_FAILED, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, SSH_CONFIG_INVALID).
 */
export function createSshHost(local: Host, target: SshTarget): Host {
  return {
    async run(argv, { signal, timeoutMs, ...options } = {}) {
      signal?.throwIfAborted()
      const heard = createListener(options.onLine)
      const ending = endWhenTold({ signal, timeoutMs }, async () => endThere(local, target, await heard.pid()))
      try {
        const ssh = sshRun(target, argv, { ...options, onLine: heard.line, signal: ending.gaveUp })
        const result = await local.run(...ssh)
        signal?.throwIfAborted()
        return toResult(target.destination, argv, { ...result, timedOut: ending.timedOut() }, options.cwd)
      } catch (error) {
        if (ending.timedOut() && ending.gaveUp.aborted)
          throw new AppError('MACHINE_UNREACHABLE', `${target.destination} does not answer any more`, { cause: error })
        throw signal?.aborted ? signal.reason : error
      } finally {
        ending.release()
      }
    },
  }
}

/**
 * On the signal, or past the time: ends the program there first, for ssh leaves it running and waits for its output; ssh
 * itself only when that did not help.
 */
function endWhenTold(
  { signal, timeoutMs }: Pick<ExecOptions, 'signal' | 'timeoutMs'>,
  endProgram: () => Promise<void>,
) {
  const giveUp = new AbortController()
  let late = false
  let patience: NodeJS.Timeout | undefined
  const end = () => {
    patience ??= setTimeout(() => giveUp.abort(), endPatience)
    void endProgram().catch(() => giveUp.abort())
  }
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => ((late = true), end()), timeoutMs)
  signal?.addEventListener('abort', end, { once: true })
  return {
    gaveUp: giveUp.signal,
    timedOut: () => late,
    release() {
      clearTimeout(timer)
      clearTimeout(patience)
      signal?.removeEventListener('abort', end)
    },
  }
}

/** The environment travels on stdin, before the program's own input: no other user's `ps` shows it, here or there. */
function sshRun(target: SshTarget, argv: readonly string[], options: ExecOptions): [string[], ExecOptions] {
  const { cwd, env, input, ...rest } = options
  const run: RemoteRun = { argv, cwd }
  if (env === undefined)
    return [runCommand(target, remoteScript(run)), { ...rest, ...(input === undefined ? {} : { input }) }]
  const text = Buffer.from(environmentText(env))
  const script = remoteScript({ ...run, environmentBytes: text.length })
  return [runCommand(target, script), { ...rest, input: Buffer.concat([text, Buffer.from(input ?? '')]) }]
}

/** Keeps what stands before the mark (banners, ssh's own words) from whoever listens. */
function createListener(onLine: ExecOptions['onLine']) {
  let started = ''
  const { promise: told, resolve: tell } = Promise.withResolvers<void>()
  const line = (text: string, stream: 'stdout' | 'stderr') => {
    if (stream === 'stderr' && started === '') {
      if (text.startsWith(mark)) {
        started = text.slice(mark.length)
        tell()
      }
      return
    }
    onLine?.(text, stream)
  }
  return {
    line,
    /** The process it became there. Its output may be here before that is: the two come in streams of their own. */
    async pid() {
      await Promise.race([told, wait(markPatience, undefined, { ref: false })])
      return /^\d+$/.test(started) ? started : undefined
    },
  }
}

function toResult(destination: string, argv: readonly string[], result: ExecResult, cwd?: string): ExecResult {
  const { said, stderr } = splitStderr(result.stderr)
  if (said === undefined && !result.timedOut) throw sshFailure(destination, result.stderr)
  if (said === 'no-directory')
    throw new AppError('WORKSPACE_FAILED', `the directory ${cwd} does not exist on ${destination}`, {
      details: { cwd },
    })
  if (said === 'no-program') {
    const program = argv[0] ?? ''
    throw new AppError('TOOL_MISSING', `${program} is not installed on ${destination}`, { details: { program } })
  }
  if (
    result.exitCode === 255 &&
    /^(client_loop|mux_client\S*|Connection to \S+|Timeout, server|.*Broken pipe)/m.test(stderr)
  )
    throw sshFailure(destination, stderr)
  return { ...result, argv, stderr }
}

/** What the remote script said, and the program's own stderr. */
function splitStderr(stderr: string): { said: string | undefined; stderr: string } {
  const at = stderr.indexOf(mark)
  if (at === -1) return { said: undefined, stderr }
  const end = stderr.indexOf('\n', at)
  return { said: stderr.slice(at + mark.length, end).trim(), stderr: stderr.slice(end + 1) }
}

/**
 * Without a terminal sshd leaves a program running when its connection closes; it leads a process group of its own. Throws
 * when it was not yet started, or cannot be told.
 */
async function endThere(local: Host, target: SshTarget, pid: string | undefined): Promise<void> {
  if (pid === undefined) throw new Error('no program was started yet')
  // `-s`, for dash's kill takes `--` only after it
  const script = `kill -s TERM -- -${pid} || exit 0
i=0
while kill -s 0 -- -${pid} && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1; done
kill -s KILL -- -${pid}
exit 0`
  const argv = runCommand(target, remoteScript({ argv: ['/bin/sh', '-c', script] }))
  const { exitCode } = await local.run(argv, { timeoutMs: endPatience })
  if (exitCode !== 0) throw new Error('the order to end the program did not get there')
}
