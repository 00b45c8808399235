import { labels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { requireApp } from './apps.ts'
import { isUsable } from './certificates/decide.ts'
import { baseProject } from './compose-projects.ts'
import type { DeployResult } from './deploy-app.ts'
import type { DeployDeps } from './deps.ts'
import { hostsOf } from './hosts.ts'
import type { AppRecord, DeploymentRecord } from './model.ts'
import { readBundle } from './releases.ts'
import { urlOf } from './urls.ts'

type ShowDeps = Pick<DeployDeps, 'store' | 'engine' | 'files' | 'paths' | 'ingressSettings' | 'clock'>

/** An app as every list shows it. */
export interface AppView {
  name: string
  context: string
  release: string | null
  number: number | null
  state: 'ok' | 'degraded' | 'down' | 'never-deployed'
  urls: string[]
  services: AppServiceView[]
  lockedBy: string | null
}

interface AppServiceView {
  service: string
  mode: 'beside' | 'in-place'
  state: string
  health: string
  containers: number
}

export interface DeploymentView
  extends Pick<DeploymentRecord, 'id' | 'release' | 'state' | 'startedBy' | 'startedAt' | 'endedAt' | 'error'> {
  number: number | null
}

/** All apps of a context on this machine, by name. */
export async function listApps(deps: ShowDeps, context: string): Promise<AppView[]> {
  const apps = (await deps.store.deploys.apps()).filter((app) => app.context === context)
  return Promise.all(apps.map((app) => viewOf(deps, app)))
}

/** One app with its deployments, the newest first. Throws APP_NOT_FOUND. */
export async function showApp(deps: ShowDeps, context: string, name: string) {
  const app = await requireApp(deps, context, name)
  const deployments = await deps.store.deploys.deployments(app.id)
  const views = await Promise.all(deployments.slice(0, 20).map((one) => showDeployment(deps, one)))
  return { app: await viewOf(deps, app), deployments: views }
}

/** Releases of an app, the newest first. Throws APP_NOT_FOUND. */
export async function listReleases(deps: ShowDeps, context: string, name: string) {
  const app = await requireApp(deps, context, name)
  const [releases, deployments] = await Promise.all([
    deps.store.deploys.releases(app.id),
    deps.store.deploys.deployments(app.id),
  ])
  const live = deployments.find(({ id }) => id === app.live)?.release
  return releases.map(({ id, number, createdBy, createdAt }) => ({
    id,
    number,
    createdBy,
    createdAt,
    live: id === live,
  }))
}

/** A deployment with the number of its release; null once that is not kept any more. */
export async function showDeployment(
  { store }: Pick<DeployDeps, 'store'>,
  deployment: DeploymentRecord,
): Promise<DeploymentView> {
  const { id, app, release, state, startedBy, startedAt, endedAt, error } = deployment
  const number = (await store.deploys.releases(app)).find((one) => one.id === release)?.number ?? null
  return { id, release, number, state, startedBy, startedAt, endedAt, error }
}

/** What a deploy answers. */
export async function showOutcome(deps: ShowDeps, { app, deployment, unchanged }: DeployResult) {
  return { app: await viewOf(deps, app), deployment: await showDeployment(deps, deployment), unchanged }
}

/** How an app stands: its records, and what the engine says. */
export async function viewOf(deps: ShowDeps, app: AppRecord): Promise<AppView> {
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  const common = { name: app.name, context: app.context, lockedBy: app.lease?.owner ?? null }
  if (!live) return { ...common, release: null, number: null, state: 'never-deployed', urls: [], services: [] }
  const [bundle, containers, shown] = await Promise.all([
    readBundle(deps, app, live.release),
    deps.engine.containers([`${labels.app}=${app.id}`]),
    showDeployment(deps, live),
  ])
  const projects = new Set([baseProject(app), live.composeProject])
  const current = containers.filter(({ labels: own }) => projects.has(own['com.docker.compose.project'] ?? ''))
  const services = bundle.services.map(({ service, mode }) => serviceView(service, mode, current))
  return {
    ...common,
    release: live.release,
    number: shown.number,
    state: stateOf(services),
    urls: bundle.entrance === null ? [] : await urlsOf(deps, hostsOf(app, bundle.settings)),
    services,
  }
}

async function urlsOf({ store, clock, ingressSettings }: ShowDeps, hosts: readonly string[]): Promise<string[]> {
  const secure = (await store.deploys.certificates()).filter((one) => isUsable(one, clock.now()))
  return hosts.map((host) =>
    urlOf(
      ingressSettings,
      host,
      secure.some(({ domain }) => domain === host),
    ),
  )
}

function serviceView(
  service: string,
  mode: AppServiceView['mode'],
  containers: readonly EngineContainer[],
): AppServiceView {
  const own = containers.filter(({ labels: each }) => each[labels.service] === service)
  const worst = own.find(({ state, health }) => state !== 'running' || health === 'unhealthy') ?? own[0]
  const isDone = worst?.state === 'exited' && worst.exitCode === 0
  return {
    service,
    mode,
    state: worst === undefined ? 'missing' : isDone ? 'done' : worst.state,
    health: worst?.health ?? 'none',
    containers: own.length,
  }
}

function stateOf(services: readonly AppServiceView[]): AppView['state'] {
  const good = services.filter(
    ({ state, health }) => (state === 'running' && health !== 'unhealthy') || state === 'done',
  )
  if (good.length === services.length) return 'ok'
  return good.length === 0 ? 'down' : 'degraded'
}
