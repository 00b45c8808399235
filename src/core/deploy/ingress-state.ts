import type { CanaryRoute, IngressRoute, IngressState } from '../ports/ingress.ts'
import { isUsable } from './certificates/decide.ts'
import { type CertificateRecord, certificateFiles } from './certificates/model.ts'
import { entranceAlias } from './compose-projects.ts'
import type { DeployDeps } from './deps.ts'
import { hostsOf } from './hosts.ts'
import type { AppRecord, DeploymentRecord } from './model.ts'
import { readBundle } from './releases.ts'

type StateDeps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'ingressSettings' | 'answers' | 'clock'>

/** Everything the ingress is to do now, from the records. */
export async function ingressState(deps: StateDeps): Promise<IngressState> {
  const { tls } = deps.ingressSettings
  const now = deps.clock.now()
  const usable = tls === null ? [] : (await deps.store.deploys.certificates()).filter((one) => isUsable(one, now))
  const apps = await deps.store.deploys.apps()
  const routes = (await Promise.all(apps.map((app) => routeOf(deps, app, usable)))).filter((one) => one !== undefined)
  const secure = new Set(routes.flatMap(({ secureHosts }) => secureHosts))
  return {
    routes,
    certificates: usable.flatMap(({ domain, issued }) =>
      issued && secure.has(domain) ? [certificateFiles(issued)] : [],
    ),
    answers: Object.fromEntries(deps.answers),
    tls: tls && { port: tls.port, hstsSeconds: tls.hstsSeconds },
  }
}

/** A name below `.internal` (RFC 9476: nobody else's) that leads to one deployment and to no other. */
export const deploymentHost = ({ name }: AppRecord, deployment: string) => `${deployment}.${name}.berth.internal`

async function routeOf(
  deps: StateDeps,
  app: AppRecord,
  usable: readonly CertificateRecord[],
): Promise<IngressRoute | undefined> {
  const deployments = await deps.store.deploys.deployments(app.id)
  const live = deployments.find(({ id }) => id === app.live)
  if (!live) return undefined
  const { entrance, settings } = await readBundle(deps, app, live.release)
  if (!entrance) return undefined
  const before = deployments.find(
    ({ id, state, endedAt }) => id === live.previous && state === 'replaced' && endedAt === null,
  )
  const upstream = (one: DeploymentRecord, port: number) =>
    `${entranceAlias(app, one.composeProject === null ? null : one.id)}:${port}`
  const fallback = before && before.composeProject !== null ? [upstream(before, entrance.port)] : []
  const hosts = hostsOf(app, settings)
  return {
    app: app.id,
    deployment: live.id,
    hosts,
    secureHosts: hosts.filter((host) => usable.some(({ domain }) => domain === host)),
    ownHost: deploymentHost(app, live.id),
    upstreams: [upstream(live, entrance.port), ...fallback],
    canary: await canaryOf(deps, app, deployments),
  }
}

/** The version that gets a share of an app's requests now. */
async function canaryOf(
  deps: StateDeps,
  app: AppRecord,
  deployments: readonly DeploymentRecord[],
): Promise<CanaryRoute | null> {
  const tried = deployments.find(({ state, canary }) => state === 'starting' && canary?.open === true)
  if (!tried?.canary) return null
  const { entrance } = await readBundle(deps, app, tried.release)
  if (!entrance) return null
  const { share, countsHost } = tried.canary
  const upstream = `${entranceAlias(app, tried.id)}:${entrance.port}`
  return { deployment: tried.id, ownHost: deploymentHost(app, tried.id), share, upstream, countsHost }
}
