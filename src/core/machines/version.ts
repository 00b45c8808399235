/** How another machine's berthd stands to this Berth. */
export type VersionRelation =
  /** The very same build. */
  | 'same'
  /** Older, or another build of the same version: replaced on connect. */
  | 'older'
  /** Newer, and close enough to work with. */
  | 'newer'
  /** So far apart that they cannot work together, whoever is the newer one. */
  | 'too-new'
  | 'too-old'

interface Version {
  major: number
  minor: number
  patch: number
}

const read = (text: string): Version => {
  const [major = 0, minor = 0, patch = 0] = (text.split('+')[0] ?? '')
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0)
  return { major, minor, patch }
}

/** Compares `0.1.0+1a2b3c4d` of another machine with ours. Berths work together within one minor version. */
export function relationOf(theirs: string, ours: string): VersionRelation {
  if (theirs === ours) return 'same'
  const [there, here] = [read(theirs), read(ours)]
  const order = there.major - here.major || there.minor - here.minor || there.patch - here.patch
  const near = canWorkTogether(theirs, ours)
  if (order > 0) return near ? 'newer' : 'too-new'
  return near ? 'older' : 'too-old'
}

/** Whether two Berths understand each other: of one major version, at most one minor version apart. */
export function canWorkTogether(one: string, other: string): boolean {
  const [a, b] = [read(one), read(other)]
  return a.major === b.major && Math.abs(a.minor - b.minor) <= 1
}
