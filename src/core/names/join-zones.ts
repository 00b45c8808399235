import type { Zone, ZoneAnswer } from './zone.ts'
import type { NameTarget } from './zone-entries.ts'

/** The names of another machine, twice. */
export interface OtherZone {
  /** Below the machine's name: `api.feat.big-box.test`. */
  named: Zone
  /** Without it: `api.feat.test`. */
  bare: Zone
}

/**
 * This machine's names and those of others as one zone. A name of this machine always wins; one without the machine leads
 * elsewhere only where a single machine has it.
 */
export function joinZones(own: Zone, others: readonly OtherZone[]): Zone {
  if (others.length === 0) return own
  const found = (name: string): NameTarget | undefined => {
    const here = own.find(name) ?? others.map(({ named }) => named.find(name)).find((target) => target !== undefined)
    return here ?? only(others.flatMap(({ bare }) => bare.find(name) ?? []))
  }
  const lookup = (name: string, type: string): ZoneAnswer => {
    const answer = own.lookup(name, type)
    if (isKnown(answer)) return answer
    const named = others.map((zone) => zone.named.lookup(name, type)).find(isKnown)
    return named ?? only(others.map(({ bare }) => bare.lookup(name, type)).filter(isKnown)) ?? answer
  }
  return {
    suffix: own.suffix,
    find: found,
    lookup,
    targets: () => [...own.targets(), ...others.flatMap(({ named }) => named.targets())],
  }
}

const isKnown = ({ kind }: ZoneAnswer) => kind === 'records' || kind === 'no-data'

/** The one there is; undefined where there are none or several. */
function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined
}
