import type { LeftOut } from './model.ts'

/** How many names are told. */
const shown = 4

/** What stays behind, and how to bring it, in one line; null where nothing does. */
export function sayLeftOut(leftOut: readonly LeftOut[], machine: string): string | null {
  const byReason = (reason: LeftOut['reason']) =>
    leftOut.filter((each) => each.reason === reason).map(({ path }) => path)
  const asked = [...byReason('secret'), ...byReason('ignored')]
  const unreadable = byReason('unreadable')
  const parts: string[] = []
  if (asked.length > 0)
    parts.push(
      `not sent to ${machine}: ${names(asked)}; --send ${firstOf(asked)} (or [sync] include in berth.toml) brings it`,
    )
  if (unreadable.length > 0) parts.push(`${names(unreadable)} cannot be read and was not sent`)
  return parts.length === 0 ? null : parts.join('; ')
}

function names(paths: readonly string[]): string {
  const more = paths.length - shown
  return `${paths.slice(0, shown).map(printable).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const firstOf = ([path = '']: readonly string[]) => (/^[\w./@+-]+$/.test(path) ? path : JSON.stringify(path))

const printable = (path: string) => (/[\p{Cc}]/u.test(path) ? JSON.stringify(path) : path)
