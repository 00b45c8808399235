import { usage } from '../../failure.ts'

/** Where to go on, for each machine that is named; a bare number is this machine's, or that of --on. */
export interface Places {
  bare: number | undefined
  byMachine: ReadonlyMap<string, number>
}

/** Reads `41` and `big-box:7`. Throws USAGE. */
export function readPlaces(words: readonly string[], on: string | undefined): Places {
  const places = words.map((word) => {
    const [, machine, number] = /^(?:([^:]+):)?(\d{1,15})$/.exec(word) ?? []
    if (number === undefined)
      throw usage(`--after ${word} is no place`, 'the number of an event (41), or of one of a machine (big-box:7)')
    if (on !== undefined && machine !== undefined && machine !== on)
      throw usage(`--after ${word} is of another machine than --on ${on}`)
    return [machine, Number(number)] as const
  })
  const named = places.filter((place): place is readonly [string, number] => place[0] !== undefined)
  const bare = places.find(([machine]) => machine === undefined)?.[1]
  if (bare !== undefined && places.length > 1)
    throw usage('--after is given more than once', 'name the machine of each: --after local:41 --after big-box:7')
  return { bare, byMachine: new Map(named) }
}
