import { spawnSync } from 'node:child_process'

/** A command as it is timed. */
export interface Timed {
  argv: readonly string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/** Milliseconds a program takes from its start to its end. Throws when it fails. */
export function elapsed({ argv: [file = '', ...args], cwd, env }: Timed): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const end = performance.now()
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${status}\n${String(stderr)}`)
  return end - start
}

/** Something that is timed, in milliseconds, and what readies the ground before each time. */
export interface Contestant {
  before?: () => unknown
  run: () => number | Promise<number>
}

/**
 * Times two things in turns, so that a busy moment of the machine hits both; who goes first changes each time. The first
 * round warms up and does not count.
 */
export async function pairs(runs: number, ours: Contestant, theirs: Contestant): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round <= runs; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0]
    for (const which of order) {
      const { before, run } = which === 0 ? ours : theirs
      await before?.()
      const time = await run()
      if (round > 0) times[which === 0 ? 0 : 1].push(time)
    }
  }
  return times
}

/** A program as a contestant. */
export const program = (timed: Timed, before?: () => unknown): Contestant => ({
  run: () => elapsed(timed),
  ...(before === undefined ? {} : { before }),
})

/** The value below which a part (0 to 1) of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = part * (sorted.length - 1)
  const [low = Number.NaN, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return low + (high - low) * (place - Math.floor(place))
}

/** The middle value. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** `83 ms`, `1.2 ms`, `2.1 s`. */
export function showMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(2)} ms` : `${Math.round(ms)} ms`
}
