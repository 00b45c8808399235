/**
 * Commands that a daemon names in its hints, and that are to be typed with `--on` where it is another machine's: what is about
 * its envs, apps and state. Not those about connections, keys and what is led from here, like `berth connect` and `berth deploy`.
 */
export const commandsThere: readonly string[] =
  'up down create destroy logs status exec shell attach run sessions stop transcript ls path url compose diff merge pull reconcile gc doctor prune rollback releases tokens'.split(
    ' ',
  )
/** Groups of such commands. */
export const groupsThere: readonly string[] = ['app', 'daemon', 'jobs', 'webhook']

const lines = [...commandsThere, ...groupsThere.map((group) => `${group} \\w+`)]
const aboutThere = new RegExp(`\\bberth (${lines.join('|')})\\b(?!\\.)`, 'g')

/** A hint as it is to be typed here: what another machine's daemon says of its own commands is meant for there. */
export function hintThere(hint: string, machine: string): string {
  if (machine === 'local' || machine.includes(',') || hint.includes('--on')) return hint
  return hint.replaceAll(aboutThere, (command) => `${command} --on ${machine}`)
}
