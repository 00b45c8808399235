import type { AppError } from '../../errors.ts'
import type { Run, StageResult } from '../model.ts'

/** A run under way, as those who follow it see it. */
export interface LiveRun {
  run: Run
  /** Things worth telling that are no output, in the order they happened. */
  notes: readonly string[]
  /** Resolves at the next change. */
  changed(): Promise<void>
  /** Changes the result of one stage. */
  update(stage: number, change: Partial<StageResult>): void
  /** Changes the run itself. */
  set(change: Partial<Run>): void
  note(text: string): void
  /** What keeps the run from going on while a machine does not answer, where that takes long. */
  away: AppError | undefined
  setAway(error: AppError | undefined): void
}

/** The runs under way. */
export interface RunBoard {
  open(run: Run): LiveRun
  find(id: string): LiveRun | undefined
  close(id: string): void
  all(): Run[]
}

/** An empty board. */
export function createRunBoard(): RunBoard {
  const live = new Map<string, LiveRun>()
  return {
    open(run) {
      const entry = createLiveRun(run)
      live.set(run.id, entry)
      return entry
    },
    find: (id) => live.get(id),
    close: (id) => void live.delete(id),
    all: () => [...live.values()].map(({ run }) => run),
  }
}

function createLiveRun(first: Run): LiveRun {
  let next = Promise.withResolvers<void>()
  const tell = () => {
    const told = next
    next = Promise.withResolvers()
    told.resolve()
  }
  const notes: string[] = []
  const entry: LiveRun = {
    run: first,
    notes,
    changed: () => next.promise,
    update(stage, change) {
      const stages = entry.run.stages.map((result, index) => (index === stage ? { ...result, ...change } : result))
      entry.set({ stages })
    },
    set(change) {
      entry.run = { ...entry.run, ...change }
      tell()
    },
    away: undefined,
    setAway(error) {
      entry.away = error
      tell()
    },
    note(text) {
      notes.push(text)
      tell()
    },
  }
  return entry
}
