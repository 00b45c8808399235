import { isDomainName, isWithin, normalName } from './domain-name.ts'
import type { NamedEnv } from './model.ts'

/** Where a name leads: the addresses of one service of one env. */
export interface NameTarget {
  project: string
  env: string
  /** null where the env has no ingress: the name exists and has no address. */
  service: string | null
  /** The shortest name that certainly leads here; what PTR and SRV answer. */
  name: string
  ipv4: readonly string[]
  ipv6: readonly string[]
  /** TCP ports, the one HTTP is expected on first. */
  ports: readonly number[]
}

/** One name of a zone. */
export interface ZoneEntry {
  name: string
  target: NameTarget
  /** `self`: the name alone. `below`: any name below it. `both`: either. */
  covers: 'self' | 'below' | 'both'
}

/**
 * All names of the envs, those that win a clash first:
 *
 * 1. `<service>.<env>` and every name below it;
 * 2. `<project>.<env>`, the ingress service, and every name below it;
 * 3. `<env>`, the ingress service;
 * 4. `<service>.<env>.<project>`, and every name below it;
 * 5. `<env>.<project>`, the ingress service;
 * 6. the extra names of the env: one below the suffix as it stands (or below `extraNamesUnder`, from which it is moved to
 *    the suffix), any other below the env, `admin` as `admin.<env>` and `admin.<env>.<project>`. So no repo can claim
 *    `github.com`, nor all that is below the suffix.
 *
 * Where two projects have an env of the same name, 1 to 3 belong whole to the older env; 4 and 5 reach either. Each rule
 * goes through the envs from the oldest to the youngest. Rule 4 can meet the wildcard of rule 1 (`web.feat.shop`: service
 * `web` of env `feat` of project `shop`, or below service `feat` of env `shop`): a whole name wins over a wildcard.
 */
export function zoneEntries(envs: readonly NamedEnv[], suffix: string, extraNamesUnder = suffix): ZoneEntry[] {
  const byAge = envs.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.project, b.project))
  const owners = new Map<string, NamedEnv>()
  for (const env of byAge) if (!owners.has(normalName(env.env))) owners.set(normalName(env.env), env)

  const rules: ZoneEntry[][] = [[], [], [], [], [], []]
  for (const env of byAge) {
    const owns = owners.get(normalName(env.env)) === env
    const ofEnv = entriesOfEnv(env, owns, { suffix, extraNamesUnder })
    for (const [rule, entries] of ofEnv.entries()) rules[rule]?.push(...entries)
  }
  return rules.flat().filter((entry) => isDomainName(entry.name))
}

interface Suffixes {
  suffix: string
  extraNamesUnder: string
}

/** The entries of one env, by rule. */
function entriesOfEnv(env: NamedEnv, ownsShortNames: boolean, zone: Suffixes): ZoneEntry[][] {
  const { suffix } = zone
  const short = `${normalName(env.env)}.${suffix}`
  const long = `${normalName(env.env)}.${normalName(env.project)}.${suffix}`
  const home = ownsShortNames ? short : long
  const targets = env.services.map((service) => targetOf(env, service, `${normalName(service.service)}.${home}`))
  const ingress = targets.find(({ service }) => service === env.ingress) ?? noIngress(env, home)

  const services = (base: string): ZoneEntry[] =>
    targets.map((target) => ({ name: `${normalName(target.service ?? '')}.${base}`, target, covers: 'both' }))
  return [
    ownsShortNames ? services(short) : [],
    ownsShortNames ? [{ name: `${normalName(env.project)}.${short}`, target: ingress, covers: 'both' }] : [],
    ownsShortNames ? [{ name: short, target: ingress, covers: 'self' }] : [],
    services(long),
    [{ name: long, target: ingress, covers: 'self' }],
    extraEntries(env, ingress, ownsShortNames ? [short, long] : [long], zone),
  ]
}

function targetOf(env: NamedEnv, service: NamedEnv['services'][number], name: string): NameTarget {
  return { project: env.project, env: env.env, name, ...service }
}

function noIngress(env: NamedEnv, name: string): NameTarget {
  return { project: env.project, env: env.env, name, service: null, ipv4: [], ipv6: [], ports: [] }
}

function extraEntries(env: NamedEnv, target: NameTarget, homes: readonly string[], zone: Suffixes): ZoneEntry[] {
  const { suffix, extraNamesUnder } = zone
  return env.extraNames.flatMap((given) => {
    const wildcard = given.startsWith('*.')
    const name = normalName(wildcard ? given.slice(2) : given)
    if (name === suffix || name === extraNamesUnder) return []
    const under = [suffix, extraNamesUnder].find((each) => isWithin(name, each))
    const whole = under === undefined ? homes.map((home) => `${name}.${home}`) : [name.slice(0, -under.length) + suffix]
    return whole.map((name): ZoneEntry => ({ name, target, covers: wildcard ? 'below' : 'self' }))
  })
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
