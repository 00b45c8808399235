/** The longest pause between two attempts to reach a machine, ms. */
const longest = 30_000

/** The pause where a person has to do something first, ms: hammering at a door gets an address banned. */
const forPeople = 300_000

const needsPerson = new Set([
  'SSH_AUTH_FAILED',
  'HOST_KEY_CHANGED',
  'HOST_KEY_UNKNOWN',
  'SSH_CONFIG_INVALID',
  'VERSION_MISMATCH',
])

/** How long to wait before the next attempt to reach a machine, ms: 1 s, 2 s, 4 s … up to 30 s. */
export function backoff(failures: number, code?: string): number {
  if (code !== undefined && needsPerson.has(code)) return failures <= 1 ? 5000 : forPeople
  return Math.min(longest, 1000 * 2 ** Math.min(10, failures - 1))
}
