import { isWithin, normalName, parentName, reverseName } from './domain-name.ts'
import type { NamedEnv } from './model.ts'
import { portNamed } from './port-names.ts'
import type { NameTarget, ZoneEntry } from './zone-entries.ts'
import { zoneEntries } from './zone-entries.ts'

/** One record of an answer; its owner is the name that was asked. */
export type ZoneRecord =
  | { type: 'A' | 'AAAA' | 'PTR'; data: string }
  | { type: 'SRV'; port: number; target: string }
  | { type: 'SOA' }

/** `no-data`: the name exists, without records of that type. `refused`: not ours to say. */
export type ZoneAnswer =
  | { kind: 'records'; records: ZoneRecord[] }
  | { kind: 'no-data' }
  | { kind: 'no-name' }
  | { kind: 'refused' }

/** Every name of this machine's envs below one suffix, as they are at one moment. Never changes: build a new one. */
export interface Zone {
  readonly suffix: string
  /** Where a host name leads, wildcards included. Case and a final dot do not matter. */
  find(name: string): NameTarget | undefined
  /** What DNS says to a question of class IN. `type` as dns-packet writes it: `A`, `SRV`, `ANY` … */
  lookup(name: string, type: string): ZoneAnswer
  /** Every service of every env once, under its shortest name. */
  targets(): NameTarget[]
}

/** What stands at one name: where it leads and where the names below it lead. Both absent: only a step on the way. */
interface ZoneNode {
  self?: NameTarget
  below?: NameTarget
}

/** A name that every zone answers with 127.0.0.1: how one finds out whether the machine's resolver asks Berth. */
export function checkName(suffix: string): string {
  return `berth-check.${normalName(suffix)}`
}

/**
 * The zone of these envs; which name wins a clash: see zone-entries.ts. `extraNamesUnder` is the suffix their extra names
 * were given under where it is another one, as for the proxy: there `admin.test` becomes `admin.localhost`.
 */
export function buildZone(envs: readonly NamedEnv[], options: { suffix: string; extraNamesUnder?: string }): Zone {
  const suffix = normalName(options.suffix)
  return zoneOf(zoneEntries(envs, suffix, normalName(options.extraNamesUnder ?? suffix)), suffix)
}

/** The zone of these entries, earlier ones winning; those outside the suffix do not count. */
export function zoneOf(given: readonly ZoneEntry[], suffix: string): Zone {
  const entries = given.filter(({ name }) => isWithin(name, suffix))
  const nodes = nodesOf(entries, suffix)
  const addresses = reverseNames(entries)
  const find = (name: string) => findTarget(nodes, suffix, normalName(name))

  const lookup = (asked: string, type: string): ZoneAnswer => {
    const name = normalName(asked)
    const owner = addresses.get(name)
    if (owner !== undefined) return answer(type, [{ type: 'PTR', data: owner }])
    if (!isWithin(name, suffix)) return { kind: 'refused' }
    if (name === suffix) return answer(type, [{ type: 'SOA' }])
    const target = find(name)
    if (target !== undefined) return answer(type, addressRecords(target))
    if (nodes.has(name)) return { kind: 'no-data' }
    if (name === checkName(suffix)) return answer(type, [{ type: 'A', data: '127.0.0.1' }])
    return lookupPort(find, name, type)
  }
  return { suffix, find, lookup, targets: () => targetsOf(entries) }
}

function nodesOf(entries: readonly ZoneEntry[], suffix: string): Map<string, ZoneNode> {
  const nodes = new Map<string, ZoneNode>([[suffix, {}]])
  for (const { name, target, covers } of entries) {
    const node = nodeAt(nodes, name)
    if (covers !== 'below') node.self ??= target
    if (covers !== 'self') node.below ??= target
  }
  return nodes
}

/** The node of a name, made with every step up to the suffix when it is new: a name above an existing one exists. */
function nodeAt(nodes: Map<string, ZoneNode>, name: string): ZoneNode {
  const known = nodes.get(name)
  if (known !== undefined) return known
  const node: ZoneNode = {}
  nodes.set(name, node)
  nodeAt(nodes, parentName(name))
  return node
}

/** Wildcards work as in RFC 4592: only the closest existing name above counts. They never cover `_service` names. */
function findTarget(nodes: Map<string, ZoneNode>, suffix: string, name: string): NameTarget | undefined {
  if (!isWithin(name, suffix)) return undefined
  const exact = nodes.get(name)
  if (exact !== undefined) return exact.self
  if (name.startsWith('_')) return undefined
  let above = parentName(name)
  while (!nodes.has(above)) above = parentName(above)
  return nodes.get(above)?.below
}

/** `_<port or its name>._tcp.<name>`: the port as SRV; the step `_tcp.<name>` between exists and is empty. */
function lookupPort(find: Zone['find'], name: string, type: string): ZoneAnswer {
  const [first = '', second = '', ...rest] = name.split('.')
  if (first === '_tcp' && find([second, ...rest].join('.')) !== undefined) return { kind: 'no-data' }
  const target = second === '_tcp' ? find(rest.join('.')) : undefined
  const port = target && first.startsWith('_') ? portNamed(first.slice(1), target.ports) : undefined
  if (target === undefined || port === undefined) return { kind: 'no-name' }
  return answer(type, [{ type: 'SRV', port, target: target.name }])
}

function addressRecords(target: NameTarget): ZoneRecord[] {
  return [
    ...target.ipv4.map((data): ZoneRecord => ({ type: 'A', data })),
    ...target.ipv6.map((data): ZoneRecord => ({ type: 'AAAA', data })),
  ]
}

function answer(type: string, records: ZoneRecord[]): ZoneAnswer {
  const wanted = type === 'ANY' ? records : records.filter((record) => record.type === type)
  return wanted.length === 0 ? { kind: 'no-data' } : { kind: 'records', records: wanted }
}

function reverseNames(entries: readonly ZoneEntry[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const { name, ipv4, ipv6 } of targetsOf(entries)) {
    for (const address of [...ipv4, ...ipv6]) {
      const reverse = reverseName(address)
      if (reverse !== undefined && !names.has(reverse)) names.set(reverse, name)
    }
  }
  return names
}

function targetsOf(entries: readonly ZoneEntry[]): NameTarget[] {
  return [...new Set(entries.map(({ target }) => target))].filter(({ service }) => service !== null)
}
