import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../errors.ts'
import { composeLabels } from '../labels.ts'
import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { ComposeFiles, EngineContainer } from '../ports.ts'
import type { ReleaseBundle } from './bundle.ts'
import { endCanary, tryCanary } from './canary.ts'
import { baseProject, describeBase, describeBeside, networkName, ownNetworks, servicesOf } from './compose-projects.ts'
import { moveDeployment } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import { isCertifiable } from './domains.ts'
import { hostToAsk } from './hosts.ts'
import { applyRoutes, untilRouted } from './ingress.ts'
import { ingressNetworkName } from './ingress-names.ts'
import { fillMagic } from './magic.ts'
import type { AppRecord, DeploymentRecord } from './model.ts'
import { probeEntrance } from './probe-entrance.ts'
import { ensureIngress } from './proxies/ensure.ts'
import { dataPath, readSecrets, releaseFile, treePath } from './releases.ts'
import { requireImages, startWithImages } from './require-images.ts'
import { type DeployStage, staged } from './stages.ts'
import { goLive, goneBack } from './switch.ts'
import { urlOf } from './urls.ts'

/** One deployment as its steps see it. */
export interface Rollout {
  app: AppRecord
  deployment: DeploymentRecord
  bundle: ReleaseBundle
  /** Values of its secrets, in memory only. */
  secrets: Record<string, string>
}

type DeployStep = Step & { stage: DeployStage }

/** The steps of a deploy on one machine, in the order they happen. Each is safe to repeat. */
export function rolloutSteps(deps: DeployDeps, rollout: Rollout, scope: OperationScope): Step[] {
  const steps = [
    ...preparingSteps(deps, rollout, scope),
    ...startingSteps(deps, rollout, scope),
    ...trafficSteps(deps, rollout, scope),
  ]
  return steps.map(staged)
}

/** What the new version needs before it starts. */
function preparingSteps(deps: DeployDeps, rollout: Rollout, scope: OperationScope): DeployStep[] {
  const { bundle } = rollout
  const inPlace = servicesOf(bundle, 'in-place')
  const images: DeployStep = {
    name: 'images',
    stage: 'image',
    title: 'see that its images are here',
    run: () => requireImages(deps, bundle),
  }
  const ingress: DeployStep = {
    name: 'ingress',
    stage: 'ingress',
    title: 'see that the ingress runs',
    run: () => ensureIngress(deps, (line) => scope.emit({ type: 'output', line })),
  }
  const update: DeployStep = {
    name: 'in-place',
    stage: 'in-place',
    title: `update ${inPlace.join(', ')} in place`,
    run: () => startBase(deps, rollout, scope),
  }
  return [images, ...(bundle.entrance === null ? [] : [ingress]), ...(inPlace.length === 0 ? [] : [update])]
}

function startingSteps(deps: DeployDeps, rollout: Rollout, scope: OperationScope): DeployStep[] {
  return [
    {
      name: 'start',
      stage: 'start',
      title: 'start the new version',
      run: () => startBeside(deps, rollout, scope),
      undo: () => removeBeside(deps, rollout.deployment),
    },
    {
      name: 'probe',
      stage: 'probe',
      title: 'ask whether it works',
      run: () => probeEntrance(deps, rollout, scope.signal),
    },
  ]
}

/** From the first request it gets to the last the one before gets. */
function trafficSteps(deps: DeployDeps, rollout: Rollout, scope: OperationScope): DeployStep[] {
  const { app, deployment, bundle } = rollout
  const { canary } = deployment
  const turn: DeployStep = {
    name: 'switch',
    stage: 'switch',
    title: 'send requests to it',
    run: () => switchOver(deps, rollout, scope),
    undo: async () => {
      await goneBack(deps, app, rollout.deployment)
      if (bundle.entrance !== null) await applyRoutes(deps)
    },
  }
  if (!canary) return [turn]
  const share: DeployStep = {
    name: 'canary',
    stage: 'canary',
    title: `send it ${canary.share} % of the requests for ${deployment.watchSeconds ?? bundle.settings.bakeSeconds} s`,
    run: () => tryCanary(deps, rollout, canary, scope),
    undo: () => endCanary(deps, rollout, canary),
  }
  return [share, turn]
}

/** Where Compose finds a project of the app. */
export function composeFiles(
  deps: Pick<DeployDeps, 'paths'>,
  { app, deployment, secrets }: Rollout,
  project: string,
  file: string,
): ComposeFiles {
  const path = releaseFile(deps, app, deployment.release, file)
  return {
    project,
    directory: releaseFile(deps, app, deployment.release, ''),
    files: [path],
    profiles: [],
    variables: secrets,
  }
}

/** A release's bundle with what only this deployment of it knows. */
export async function filledBundle(
  deps: Pick<DeployDeps, 'store' | 'ingressSettings'>,
  { app, deployment, bundle }: Omit<Rollout, 'secrets'>,
): Promise<ReleaseBundle> {
  const releases = await deps.store.deploys.releases(app.id)
  const { machine = 'local', strategy = 'serial' } = deployment.facts ?? {}
  const timestamp = releases.find(({ id }) => id === deployment.release)?.createdAt ?? deployment.startedAt
  const host = hostToAsk(app, bundle.settings)
  // with TLS it is https, also for the minute until the certificate is there: what runs must not change by that
  const url = bundle.entrance === null ? null : urlOf(deps.ingressSettings, host, isCertifiable(host))
  return fillMagic(bundle, { release: deployment.release, machine, strategy, timestamp, url })
}

/** What the compose projects of a deployment are described from. */
export function describeRequest(deps: Pick<DeployDeps, 'homeId' | 'paths'>, { app, deployment, bundle }: Rollout) {
  return {
    app,
    deployment,
    bundle,
    homeId: deps.homeId,
    treePath: (hash: string) => treePath(deps, app, hash),
    dataPath: (source: string) => dataPath(deps, app, source),
    ingressNetworkName: ingressNetworkName(deps.homeId),
  }
}

async function startBase(deps: DeployDeps, rollout: Rollout, { emit, signal }: OperationScope): Promise<void> {
  const text = JSON.stringify(describeBase(describeRequest(deps, rollout)), undefined, 2)
  const files = composeFiles(deps, rollout, baseProject(rollout.app), 'base.json')
  await deps.files.writeText(files.files[0] ?? '', text)
  if (await runsAlready(deps, rollout, text)) return
  const onLine = (line: string) => emit({ type: 'output', line })
  const options = { services: [], build: false, timeoutSeconds: 300, signal, onLine }
  await startWithImages(deps, rollout.bundle, () => deps.heavy(() => deps.engine.up(files, options)))
}

/** Whether what is replaced in place is as the release before left it: asking Compose the same takes half a second. */
async function runsAlready(
  deps: DeployDeps,
  { app, deployment, bundle, secrets }: Rollout,
  text: string,
): Promise<boolean> {
  const before = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === deployment.previous)
  if (!before || (await deps.files.readText(releaseFile(deps, app, before.release, 'base.json'))) !== text) return false
  const known = await readSecrets(deps, app, before.release)
  if (!isDeepStrictEqual(known, secrets)) return false
  const running = (await containersOf(deps, baseProject(app))).filter(({ state }) => state === 'running')
  const services = new Set(running.map(({ labels }) => labels[composeLabels.service]))
  return servicesOf(bundle, 'in-place').every((service) => services.has(service))
}

/** How often somebody else may be faster to make a network where one was just found free. */
const networkRaces = 20

async function startBeside(deps: DeployDeps, rollout: Rollout, scope: OperationScope): Promise<void> {
  const { composeProject } = rollout.deployment
  if (composeProject === null) return
  for (let races = 0; ; races++) {
    try {
      return await startProject(deps, rollout, composeProject, scope)
    } catch (thrown) {
      if (races === networkRaces || !(thrown instanceof AppError && thrown.code === 'SUBNET_TAKEN')) throw thrown
      await removeBeside(deps, rollout.deployment)
      rollout.deployment = await moveDeployment(deps, rollout.deployment, rollout.bundle)
    }
  }
}

async function startProject(
  deps: DeployDeps,
  rollout: Rollout,
  project: string,
  { emit, signal }: OperationScope,
): Promise<void> {
  const { deployment, bundle } = rollout
  const files = composeFiles(deps, rollout, project, `${deployment.id}.json`)
  await deps.files.writeText(
    files.files[0] ?? '',
    JSON.stringify(describeBeside(describeRequest(deps, rollout)), undefined, 2),
  )
  const { timeoutSeconds } = bundle.settings.health
  const onLine = (line: string) => emit({ type: 'output', line })
  const options = { services: [], build: false, timeoutSeconds, signal, onLine }
  const up = (more = {}) =>
    startWithImages(deps, bundle, () => deps.heavy(() => deps.engine.up(files, { ...options, ...more })))
  if (servicesOf(bundle, 'in-place').length > 0) {
    // what stays must be reachable from the first moment of what is new: networks first, then those in them, then the start
    await up({ noStart: true })
    await introduce(deps, rollout, { project: baseProject(rollout.app), mode: 'in-place', into: project })
  }
  await up()
}

/** Puts what is replaced in place and what starts beside into each other's networks. Safe to repeat. */
export async function introduceBoth(deps: DeployDeps, rollout: Rollout): Promise<void> {
  const { app, deployment, bundle } = rollout
  const beside = deployment.composeProject
  if (beside === null || servicesOf(bundle, 'in-place').length === 0) return
  await introduce(deps, rollout, { project: baseProject(app), mode: 'in-place', into: beside })
  await introduce(deps, rollout, { project: beside, mode: 'beside', into: baseProject(app) })
}

/** Puts containers of one project into the networks of the other, under their services' names. Safe to repeat. */
async function introduce(
  deps: DeployDeps,
  { bundle }: Rollout,
  { project, mode, into }: { project: string; mode: 'beside' | 'in-place'; into: string },
): Promise<void> {
  const other = servicesOf(bundle, mode === 'beside' ? 'in-place' : 'beside')
  const shared = ownNetworks(bundle, other)
  for (const container of await containersOf(deps, project)) {
    const service = container.labels[composeLabels.service] ?? ''
    const keys = Object.keys(bundle.model.services[service]?.networks ?? {}).filter((key) => shared.includes(key))
    for (const key of keys) {
      const network = networkName(into, key)
      if (network in container.networks) continue
      const aliases = bundle.model.services[service]?.networks?.[key]?.aliases ?? []
      await deps.engine.connectNetwork(network, container.id, [service, ...aliases])
    }
  }
}

const containersOf = ({ engine }: Pick<DeployDeps, 'engine'>, project: string): Promise<EngineContainer[]> =>
  engine.containers([`${composeLabels.project}=${project}`])

async function switchOver(deps: DeployDeps, rollout: Rollout, scope: OperationScope): Promise<void> {
  const { app, deployment, bundle } = rollout
  await goLive(deps, app, deployment)
  const base = baseProject(app)
  if (deployment.composeProject !== null && servicesOf(bundle, 'in-place').length > 0)
    await introduce(deps, rollout, { project: deployment.composeProject, mode: 'beside', into: base })
  if (bundle.entrance === null) return
  await applyRoutes(deps)
  await untilRouted(deps, app, deployment.id, scope.signal)
}

/** Takes away what a deployment started beside the one before it. Harmless when it is gone. */
export async function removeBeside(
  deps: Pick<DeployDeps, 'engine' | 'heavy'>,
  { composeProject: project }: Pick<DeploymentRecord, 'composeProject'>,
): Promise<void> {
  if (project === null) return
  await leaveNetworks(deps, project)
  const files = { project, directory: '/', files: [], profiles: [], variables: {} }
  await deps.heavy(() => deps.engine.down(files, { volumes: false }))
}

/** Containers that stay are taken out of the networks that go. */
async function leaveNetworks({ engine }: Pick<DeployDeps, 'engine'>, project: string): Promise<void> {
  const networks = await engine.networks([`${composeLabels.project}=${project}`])
  const containers = await engine.containers([])
  for (const { name } of networks) {
    const strangers = containers.filter(
      ({ labels, networks: on }) => name in on && labels[composeLabels.project] !== project,
    )
    for (const { id } of strangers) await engine.disconnectNetwork(name, id)
  }
}
