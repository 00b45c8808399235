/** Backups of the state database that stay, those taken before a migration and the daily ones together. */
const kept = 7

/** A day, ms: how old the newest backup may become while the daemon runs. */
export const backupEvery = 24 * 3600 * 1000

/** A daemon that is started again so soon after the newest backup takes none, ms. */
const recent = 3600 * 1000

/** `state-v3-2026-01-31T120000.000Z.db`: the schema it has, and when it was taken. */
export function backupName(version: number, now: Date): string {
  return `state-v${version}-${now.toISOString().replaceAll(':', '')}.db`
}

/** Names of backups, the oldest first; whatever else lies there is not among them. */
export function sortBackups(names: readonly string[]): string[] {
  const times = new Map(names.map((name) => [name, timeOf(name)]))
  return names.filter((name) => times.get(name) !== '').sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
}

const timeOf = (name: string) => /^state-v\d+-(.+)\.db$/.exec(name)?.[1] ?? ''

/** Whether there is a backup of the last hour. */
export function isRecent(names: readonly string[], now: Date): boolean {
  const since = timeOf(backupName(0, new Date(now.getTime() - recent)))
  return names.some((name) => timeOf(name) > since)
}

/** Those too many. */
export function spareBackups(names: readonly string[]): string[] {
  return sortBackups(names).slice(0, -kept)
}
