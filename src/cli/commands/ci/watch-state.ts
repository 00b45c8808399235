/** What the changes told until now mean for the next run. */
export interface WatchState {
  /** What a change touches, as far as it counts; `during`: stages of the run under way. */
  touched(change: Touch, during: readonly string[]): { stages: string[]; gaveUp: string[] }
}

/** Stages, and the files whose change touches them. */
export interface Touch {
  stages: readonly string[]
  paths: readonly string[]
}

/** How often in a row the same files may touch a stage while it runs: then it writes them itself, and would run for ever. */
const mostRounds = 5

interface Rounds {
  paths: string
  count: number
}

/** Counts what stages do to their own inputs. */
export function createWatchState(): WatchState {
  const rounds = new Map<string, Rounds>()
  return {
    touched({ stages, paths }, during) {
      const files = paths.join('\0')
      const taken: string[] = []
      const gaveUp: string[] = []
      for (const stage of stages) {
        const before = rounds.get(stage)
        const again = during.includes(stage) && before?.paths === files
        const count = again ? before.count + 1 : 1
        if (during.includes(stage)) rounds.set(stage, { paths: files, count })
        else rounds.delete(stage)
        if (count <= mostRounds) taken.push(stage)
        else if (count === mostRounds + 1) gaveUp.push(stage)
      }
      return { stages: taken, gaveUp }
    },
  }
}
