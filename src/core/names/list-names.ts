import type { EnvDeps } from '../envs/deps.ts'
import { type EnvRef, findEnv } from '../envs/find-env.ts'
import type { ResolverCheck } from '../ports.ts'
import { serviceUrl } from '../sessions/service-url.ts'
import type { NamedEnv } from './model.ts'
import { observeNames } from './observe-names.ts'
import { buildZone } from './zone.ts'
import type { NameTarget } from './zone-entries.ts'

/** One service of one env, and how it is reached. */
export interface ServiceName {
  project: string
  env: string
  service: string
  /** Whether the env's own name leads here too. */
  ingress: boolean
  /** Under the suffix: reaches the container itself, on its own port. */
  name: string
  /** Under `localhost`: reaches it through the proxy, HTTP only. */
  proxyName: string
  /** IPv4, first replica first; none while it does not run. */
  addresses: string[]
  /** TCP, the one for HTTP first. */
  ports: number[]
  /** What works on this machine now, or null where nothing listens. */
  url: string | null
}

/** The names of this machine, and whether its programs can look them up. */
export interface NameList {
  suffix: string
  /** False: only the proxy's names and the addresses work; `berth setup` changes that. */
  resolves: boolean
  names: ServiceName[]
}

type ListDeps = Pick<EnvDeps, 'store' | 'upRecords' | 'observed' | 'network' | 'files' | 'paths' | 'loadConfig'> & {
  resolver: ResolverCheck
}

/** Every service's names, of all envs, of a project's, or of one env. Throws ENV_NOT_FOUND, ENV_AMBIGUOUS. */
export async function listNames(
  deps: ListDeps,
  only: { env?: EnvRef | undefined; project?: string | undefined },
): Promise<NameList> {
  const one = only.env === undefined ? undefined : await findEnv(deps, only.env)
  const [envs, resolves] = await Promise.all([observeNames(deps), deps.resolver.works()])
  const { suffix, proxyPort } = deps.network
  const wanted = envs.filter(
    ({ project, env }) =>
      (one === undefined || (project === one.project && env === one.name)) &&
      (only.project === undefined || project === only.project),
  )
  return { suffix, resolves, names: describeNames(envs, wanted, { suffix, under: '', resolves, proxyPort }) }
}

interface Naming {
  suffix: string
  /** '' for this machine, `big-box.` for another one: what stands between a name and the suffix. */
  under: string
  resolves: boolean
  proxyPort: number
}

/** The names of the wanted of these envs. Built from all of them: which env has a short name is decided among all. */
export function describeNames(
  envs: readonly NamedEnv[],
  wanted: readonly NamedEnv[],
  { suffix, under, resolves, proxyPort }: Naming,
): ServiceName[] {
  const named = byService(buildZone(envs, { suffix: `${under}${suffix}` }).targets())
  const proxied = byService(buildZone(envs, { suffix: `${under}localhost` }).targets())
  return wanted.flatMap(({ project, env, ingress, services }) =>
    services.flatMap(({ service }) => {
      const key = `${project}/${env}/${service}`
      const [target, proxy] = [named.get(key), proxied.get(key)]
      if (target === undefined || proxy === undefined) return []
      return [describe(target, proxy.name, service === ingress, { resolves, proxyPort })]
    }),
  )
}

function byService(targets: readonly NameTarget[]): Map<string, NameTarget> {
  return new Map(targets.map((target) => [`${target.project}/${target.env}/${target.service}`, target]))
}

function describe(
  { project, env, service, name, ipv4, ports }: NameTarget,
  proxyName: string,
  ingress: boolean,
  by: { resolves: boolean; proxyPort: number },
): ServiceName {
  const [address, port] = [ipv4[0], ports[0]]
  return {
    project,
    env,
    service: service ?? '',
    ingress,
    name,
    proxyName,
    addresses: [...ipv4],
    ports: [...ports],
    url: address === undefined || port === undefined ? null : bestUrl({ name, address, port }, proxyName, by),
  }
}

/** By name where names resolve; else HTTP through the proxy and everything else by address. */
function bestUrl(
  at: { name: string; address: string; port: number },
  proxyName: string,
  { resolves, proxyPort }: { resolves: boolean; proxyPort: number },
): string {
  if (resolves) return serviceUrl(at.name, at.port)
  const direct = serviceUrl(at.address, at.port)
  return direct.startsWith('http://') ? `http://${proxyName}:${proxyPort}` : direct
}
