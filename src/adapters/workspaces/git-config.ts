/** One setting: full key (`remote.origin.url`) and value. */
export type Setting = readonly [key: string, value: string]

/** Reads `git config --list -z`: every setting in force, the strongest last. */
export function parseSettings(output: string): Setting[] {
  return output
    .split('\0')
    .filter((field) => field !== '')
    .map((field) => {
      const end = field.indexOf('\n')
      // a key without a value means true
      return end === -1 ? [field, 'true'] : [field.slice(0, end), field.slice(end + 1)]
    })
}

/** Settings in the syntax of a git config file. Only for keys of the form `section.key`. */
export function settingsText(settings: readonly Setting[]): string {
  return settings.map(([key, value]) => `[${sectionOf(key)}]\n\t${nameOf(key)} = ${quote(value)}\n`).join('')
}

/** Settings of the person and the way they sign; a config chosen by directory (`includeIf`) would miss the copy. */
export function identityMissing(theirs: readonly Setting[], ours: readonly Setting[]): Setting[] {
  const personal = /^(?:user|author|committer|commit|tag)\.[^.]+$|^gpg\.(?:format|program)$|^core\.sshcommand$/
  const have = new Map(ours)
  return [...new Map(theirs)].filter(([key, value]) => personal.test(key) && have.get(key) !== value)
}

/** Remotes given by a path relative to the source, which a copy elsewhere has to know by its absolute one. */
export function relativeRemotes(settings: readonly Setting[], resolvePath: (path: string) => string): Setting[] {
  return settings
    .filter(([key, value]) => /^remote\..*\.(?:push)?url$/.test(key) && /^\.{1,2}(?:\/|$)/.test(value))
    .map(([key, value]) => [key, resolvePath(value)])
}

const sectionOf = (key: string) => key.slice(0, key.indexOf('.'))
const nameOf = (key: string) => key.slice(key.indexOf('.') + 1)

function quote(value: string): string {
  const escapes: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t' }
  return `"${value.replaceAll(/[\\"\n\t]/g, (character) => escapes[character] ?? character)}"`
}
