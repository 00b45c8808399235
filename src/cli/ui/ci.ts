import type { Output } from '../../contract/routes.ts'
import type { Paint } from './paint.ts'

export type CiRun = Output<'ci.runs'>['runs'][number]
export type CiStage = CiRun['stages'][number]

/** `245ms`, `1.2s`, `3m 05s`. */
export function showDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
}

const marks = {
  passed: '✓',
  cached: '✓',
  failed: '✗',
  'timed-out': '✗',
  cancelled: '✗',
  skipped: '-',
  waiting: '-',
  running: '…',
} as const

/** `✓ test (245ms)`, `✗ lint (1.2s): exit code 1`, `- docs (skipped): needs test, which failed`. */
export function stageLine({ name, state, ms, reason }: CiStage, paint: Paint): string {
  const failed = marks[state] === '✗'
  const mark = paint(failed ? 'red' : state === 'skipped' ? 'yellow' : 'green', marks[state])
  const how = state === 'passed' || state === 'failed' || state === 'timed-out' ? '' : state
  const time = state === 'cached' || ms === null ? '' : showDuration(ms)
  const aside = [how, time].filter((text) => text !== '').join(', ')
  return `${mark} ${name}${aside === '' ? '' : ` (${aside})`}${reason === null ? '' : `: ${reason}`}`
}

/** `3 stages: 1 passed, 1 failed, 1 cached (2.3s)`. */
export function summaryLine(run: CiRun): string {
  const count = (...states: readonly CiStage['state'][]) =>
    run.stages.filter(({ state }) => states.includes(state)).length
  const skipped = count('skipped', 'waiting')
  const parts = [
    `${count('passed')} passed`,
    `${count('failed', 'timed-out', 'cancelled')} failed`,
    `${count('cached')} cached`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ]
  const total = `${run.stages.length} ${run.stages.length === 1 ? 'stage' : 'stages'}`
  const took = run.endedAt === null ? 0 : Date.parse(run.endedAt) - Date.parse(run.startedAt)
  return `${total}: ${parts.join(', ')} (${showDuration(took)})`
}
