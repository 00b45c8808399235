import { errnoOf } from './errno.ts'

/** When a group of processes has to end before it does by itself. */
export interface GroupLimits {
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
}

/** A watched group. */
export interface WatchedGroup {
  /** Whether the time ran out. */
  timedOut(): boolean
  /** Stops watching: the group has ended. */
  release(): void
}

/** Between SIGTERM and SIGKILL, ms. */
const grace = 5000

/**
 * Ends a process together with all it started (SIGTERM, then SIGKILL) at a timeout, an abort, or this process's own exit.
 * A program that is killed alone may leave behind a child that does the real work and holds its output open: the docker 20.10
 * command does, with Compose. `pid` must lead a process group of its own (started `detached`).
 */
export function watchGroup(pid: number, { timeoutMs, signal }: GroupLimits): WatchedGroup {
  let timedOut = false
  let killing: NodeJS.Timeout | undefined
  const end = () => {
    signalGroup(pid, 'SIGTERM')
    killing ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), grace)
  }
  const timing =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true
          end()
        }, timeoutMs)
  const onExit = () => signalGroup(pid, 'SIGTERM')
  // one listener for each program that runs is no leak, however many they are
  process.setMaxListeners(Math.max(process.getMaxListeners(), process.listenerCount('exit') + 2))
  process.once('exit', onExit)
  if (signal?.aborted) end()
  else signal?.addEventListener('abort', end, { once: true })
  return {
    timedOut: () => timedOut,
    release() {
      clearTimeout(timing)
      clearTimeout(killing)
      process.off('exit', onExit)
      signal?.removeEventListener('abort', end)
    },
  }
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch (error) {
    // ESRCH: all of it has ended; EPERM: what is left runs as another user and is not ours to end
    if (!['ESRCH', 'EPERM'].includes(errnoOf(error) ?? '')) throw error
  }
}
