import { lostWith, type Ran, ranNothing, seeRunning, seeSignal } from '../../core/envs/ran.ts'
import { toAppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** Keeps a note of what runs, through the daemon's own end: what an engine or a reboot ends is brought back by it. */
export interface RunningNote {
  /** What ran when the engine was last seen, as an earlier daemon noted it. */
  before(): Promise<string[]>
  isHere(): boolean
  /** A container is sent a signal. */
  signalled(id: string): void
  /** The engine is here: from now on what runs is noted. */
  engineIsHere(): void
  /** The engine is gone; returns what it took with it. */
  engineIsGone(): string[]
  /** Writes what is not written yet. */
  flush(): Promise<void>
}

/** How long a change waits for the next before both are written, ms. */
const pause = 1000

/** After this long without a change a signal is forgotten (core/envs/ran.ts). */
const settled = 21_000

/** A note in the home's `ran.json`. */
export function noteRunning(
  deps: Pick<DaemonDeps, 'files' | 'paths' | 'observed' | 'clock'>,
  log: (message: string) => void,
): RunningNote {
  const { files, paths, observed } = deps
  const now = () => deps.clock.now().getTime()
  let ran: Ran = ranNothing
  let here = false
  const note = createWriter(deps, () => lostWith(ran, now()), log)
  const look = () => {
    if (!here) return
    const running = observed.all().filter(({ state }) => state === 'running')
    const ids = running.map(({ id }) => id)
    ran = seeRunning(ran, ids, now())
    note.writeIn(pause)
    note.writeIn(settled)
  }
  observed.onChange(look)
  return {
    before: async () => parseIds((await files.readText(paths.ran)) ?? '[]'),
    isHere: () => here,
    signalled: (id) => void (ran = seeSignal(ran, id, now())),
    engineIsHere() {
      here = true
      look()
    },
    engineIsGone() {
      here = false
      note.cancel()
      note.writeIn(0)
      return lostWith(ran, now())
    },
    flush: () => (here ? note.write() : Promise.resolve()),
  }
}

/** A note that cannot be read says nothing: it is only a help. */
function parseIds(text: string): string[] {
  try {
    return JSON.parse(text) as string[]
  } catch {
    return []
  }
}

/** Writes the ids when their time comes, and only where they changed. */
function createWriter(
  { files, paths }: Pick<DaemonDeps, 'files' | 'paths'>,
  ids: () => string[],
  log: (message: string) => void,
) {
  const timers = new Map<number, NodeJS.Timeout>()
  let written = ''
  const write = async () => {
    const text = JSON.stringify(ids())
    if (text === written) return
    written = text
    await files.writeText(paths.ran, text)
  }
  const attempt = () => void write().catch((error) => log(`what runs could not be noted: ${toAppError(error).message}`))
  return {
    write,
    writeIn(ms: number) {
      clearTimeout(timers.get(ms))
      timers.set(ms, setTimeout(attempt, ms).unref())
    },
    cancel: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}
