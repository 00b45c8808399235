import { parseDuration } from '../../lib/duration.ts'
import { AppError } from '../errors.ts'

/**
 * A moment as people write it, as seconds since 1970 with nine decimals: so long ago (`10m`, `1h30m`) or ISO 8601
 * (without a zone: this machine's), of which every digit counts. Throws USAGE.
 */
export function parseMoment(text: string, now: Date): string {
  const ago = parseDuration(text)
  if (ago !== undefined) return seconds(now.getTime() - ago, '')
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return seconds(time, /\.(\d+)/.exec(text)?.[1] ?? '')
  throw new AppError('USAGE', `${text} is no moment`, {
    hint: 'say how long ago (10m, 1h30m) or a time (2026-01-31T12:00:00Z)',
  })
}

/** The moment right after an entry's time: where reading goes on. */
export function momentAfter(time: string): string {
  const nanoseconds = Number((/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0').slice(0, 9)) + 1
  const whole = Math.floor(Date.parse(time) / 1000) + Math.floor(nanoseconds / 1e9)
  return `${whole}.${String(nanoseconds % 1e9).padStart(9, '0')}`
}

/** `fraction`: the decimals as written, where the milliseconds do not say it all. */
function seconds(milliseconds: number, fraction: string): string {
  const whole = Math.floor(milliseconds / 1000)
  const decimals = fraction === '' ? String(Math.round(milliseconds - whole * 1000)).padStart(3, '0') : fraction
  return `${whole}.${decimals.padEnd(9, '0').slice(0, 9)}`
}
