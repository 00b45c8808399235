/** A command line, taken apart at `--`. */
export interface SplitArguments {
  /** What Stricli reads: global flags that stood before the command are moved behind it. */
  argv: string[]
  /** What stood after `--`. */
  tail: readonly string[] | undefined
  json: boolean
}

const switches = new Set(['--json', '--yes', '-y', '--quiet', '-q'])
const withValue = new Set(['--on', '--context', '--project'])

/** Takes the words after `berth` apart; flags every command has may stand before its name. */
export function splitArguments(words: readonly string[]): SplitArguments {
  const at = words.indexOf('--')
  const before = at === -1 ? words : words.slice(0, at)
  const tail = at === -1 ? undefined : words.slice(at + 1)
  let first = 0
  while (first < before.length && isGlobal(before[first] ?? '')) first += withValue.has(before[first] ?? '') ? 2 : 1
  const argv = first < before.length ? [...before.slice(first), ...before.slice(0, first)] : [...before]
  return { argv, tail, json: before.includes('--json') }
}

const isGlobal = (word: string) => switches.has(word) || withValue.has(word) || /^--(on|context|project)=/.test(word)
