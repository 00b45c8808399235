/** One line of the table: a number, and how far it may go. */
export interface Result {
  /** `berth ls, 1,000 envs`. */
  title: string
  /** What it is measured against, and how. */
  detail: string
  /** Undefined where it could not be measured; `detail` then says why. */
  value: number | undefined
  unit: '×' | 'ms' | 'MB' | '/s' | 'lost' | 'trips'
  limit: number
  /** `most`: the value may be at most the limit; `least`: at least. */
  bound: 'most' | 'least'
  /** The measuring itself went wrong. */
  failed?: true
}

/** Whether a result keeps its limit; undefined where nothing was measured. */
export function passes({ value, limit, bound }: Result): boolean | undefined {
  if (value === undefined) return undefined
  return bound === 'most' ? value <= limit : value >= limit
}

/** What a row is given. */
export interface Bench {
  /** A fast run that shows the direction. */
  quick: boolean
  /** How many pairs are measured; at least nine, unless quick. */
  runs: number
  /** Called when the row is done, last first, also after it has failed. */
  defer(work: () => Promise<unknown>): void
}

/** Measures one thing that belongs together; fills one or more lines. */
export interface Row {
  name: string
  /** What it measures, in a sentence: the heading in the page. */
  about: string
  measure(bench: Bench): Promise<Result[]>
}
