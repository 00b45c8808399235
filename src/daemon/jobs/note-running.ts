import { type Endings, forgetEndings, seeEnding } from '../../core/envs/endings.ts'
import { lostWith, type Ran, ranNothing, seeRunning, seeSignal, seeStart } from '../../core/envs/ran.ts'
import { toAppError } from '../../core/errors.ts'
import type { EngineEvent } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** Keeps a note of what runs, through the daemon's own end: what an engine or a reboot ends is brought back by it. */
export interface RunningNote {
  /** What ran when the engine was last seen, as an earlier daemon noted it. */
  before(): Promise<string[]>
  isHere(): boolean
  /** How the containers ended that run no more. */
  endings(): Endings
  /** Something happened to a container. */
  hear(event: EngineEvent): void
  /** The engine is here: from now on what runs is noted. */
  engineIsHere(): void
  /** The engine is gone; returns what it took with it. */
  engineIsGone(): string[]
  /** Writes what is not written yet. */
  flush(): Promise<void>
}

/** Changes within this time are written together, ms. */
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
  let seen: Seen = { ran: ranNothing, endings: {} }
  let here = false
  const note = createWriter(deps, () => withoutEngine(seen, now()), log)
  const look = () => {
    if (!here) return
    const running = observed.all().flatMap(({ id, state }) => (state === 'running' ? id : []))
    seen = { ...seen, ran: seeRunning(seen.ran, running, now()) }
    note.writeSoon()
  }
  observed.onChange(look)
  return {
    async before() {
      const { running, endings } = parseNote((await files.readText(paths.ran)) ?? '')
      seen = { ...seen, endings }
      return running
    },
    isHere: () => here,
    endings: () => seen.endings,
    hear: (event) => void (seen = see(seen, event, now())),
    engineIsHere() {
      here = true
      seen = { ...seen, endings: forgetEndings(seen.endings, isGone(observed)) }
      look()
    },
    engineIsGone() {
      here = false
      note.writeNow()
      const { running, endings } = withoutEngine(seen, now())
      seen = { ...seen, endings }
      return running
    },
    flush: () => (here ? note.write() : Promise.resolve()),
  }
}

/** What the events have told so far. */
interface Seen {
  ran: Ran
  endings: Endings
}

function see({ ran, endings }: Seen, { id, action, attributes }: EngineEvent, now: number): Seen {
  const exitCode = Number(attributes['exitCode'] ?? Number.NaN)
  const isKill = attributes['signal'] === '9'
  const signals = action === 'kill' ? seeSignal(ran, id, now, { isKill }) : action === 'start' ? seeStart(ran, id) : ran
  return { ran: signals, endings: seeEnding(endings, { id, action, exitCode, signalled: id in ran.signalled }) }
}

/** What there is to say of the time without the engine, if it were gone now: what it took with it nobody stopped by hand. */
function withoutEngine({ ran, endings }: Seen, now: number): Note {
  const running = lostWith(ran, now)
  return { running, endings: forgetEndings(endings, (id) => running.includes(id)) }
}

/** What is written down. */
interface Note {
  running: string[]
  endings: Endings
}

/** Containers that were removed. */
function isGone({ all }: Pick<DaemonDeps['observed'], 'all'>): (id: string) => boolean {
  const ids = new Set(all().map(({ id }) => id))
  return (id) => !ids.has(id)
}

/** A note that cannot be read says nothing: it is only a help. */
function parseNote(text: string): Note {
  try {
    return { running: [], endings: {}, ...(JSON.parse(text) as Partial<Note>) }
  } catch {
    return { running: [], endings: {} }
  }
}

/** Writes the note, where it changed: soon, and again when signals are forgotten. */
function createWriter(
  { files, paths }: Pick<DaemonDeps, 'files' | 'paths'>,
  current: () => Note,
  log: (message: string) => void,
) {
  let soon: NodeJS.Timeout | undefined
  let later: NodeJS.Timeout | undefined
  let written = ''
  const write = async () => {
    const text = JSON.stringify(current())
    if (text === written) return
    written = text
    await files.writeText(paths.ran, text)
  }
  const attempt = () => {
    clearTimeout(soon)
    soon = undefined
    write().catch((error) => log(`what runs could not be noted: ${toAppError(error).message}`))
  }
  return {
    write,
    writeSoon() {
      soon ??= setTimeout(attempt, pause).unref()
      clearTimeout(later)
      later = setTimeout(attempt, settled).unref()
    },
    writeNow() {
      clearTimeout(later)
      attempt()
    },
  }
}
