import { composeLabels, labels } from '../../labels.ts'
import type { EngineContainer, EngineNetwork, EngineVolume } from '../../ports.ts'
import { baseProject } from '../compose-projects.ts'
import type { AppRecord } from '../model.ts'
import type { Expected, ExpectedService } from './expected.ts'
import type { Finding, Repair } from './model.ts'

/** What the engine has, all of it. */
export interface Actual {
  containers: readonly EngineContainer[]
  networks: readonly EngineNetwork[]
  volumes: readonly EngineVolume[]
}

/** What an app's deployments that have not ended run in. */
interface Kept {
  app: AppRecord
  homeId: string
  /** Compose projects. */
  projects: ReadonlySet<string>
}

/** Holds what is there against what should be: one finding for each service, and one for each thing that is wrong. */
export function compareApp(expected: Expected, actual: Actual, kept: Kept): Finding[] {
  const lost = lostVolumes(expected, actual)
  return [
    ...expected.services.flatMap((service) => compareService(service, actual.containers, lost)),
    ...missingNetworks(expected, actual),
    ...expected.volumes.filter(({ name }) => lost.some((one) => one.name === name)).map(({ name }) => lostVolume(name)),
    ...strangers(actual, kept),
    ...orphans(actual, kept),
  ]
}

type Lost = Expected['volumes']

const lostVolumes = ({ volumes }: Expected, actual: Actual): Lost =>
  volumes.filter(({ name }) => !actual.volumes.some((volume) => volume.name === name))

/** An empty one would look like all is well. */
const lostVolume = (name: string): Finding => ({
  kind: 'volume',
  subject: name,
  state: 'missing',
  problem: 'its data is gone',
  repair: { do: 'by-hand', command: 'bring its data back: berth app restore, or a backup of your own' },
})

function compareService(expected: ExpectedService, containers: readonly EngineContainer[], lost: Lost): Finding[] {
  const own = containers.filter(
    ({ labels: each }) =>
      each[composeLabels.project] === expected.project &&
      each[composeLabels.service] === expected.service &&
      each[labels.app] === expected.labels[labels.app] &&
      each[composeLabels.oneOff] !== 'True',
  )
  const wrong = own.flatMap((container) => compareContainer(expected, container))
  const gone = missingContainers(expected, own.length, lost)
  const found = [...gone, ...wrong]
  if (found.length > 0) return found
  return [{ kind: 'service', subject: expected.service, state: 'ok', problem: '', repair: { do: 'nothing' } }]
}

function missingContainers(expected: ExpectedService, there: number, lost: Lost): Finding[] {
  const { service, count, mode } = expected
  if (there === count) return []
  const common = { kind: 'service', subject: service } as const
  if (there > count) {
    const command = 'docker rm -f those that were added'
    const problem = `it has ${there} containers, not ${count}`
    return [{ ...common, state: 'drifted', problem, repair: { do: 'by-hand', command } }]
  }
  const hasLost = lost.some(({ services }) => services.includes(service))
  const repair: Repair = hasLost
    ? { do: 'by-hand', command: 'after its data is back: berth deploy' }
    : mode === 'beside'
      ? { do: 'redeploy' }
      : { do: 'make-base', service }
  const problem = there === 0 ? 'it has no container' : `it has ${there} of ${count} containers`
  return [{ ...common, state: 'missing', problem, repair }]
}

function compareContainer(expected: ExpectedService, container: EngineContainer): Finding[] {
  const changed = changeOf(expected, container)
  const renewed: Repair =
    expected.mode === 'beside'
      ? { do: 'redeploy' }
      : { do: 'recreate', service: expected.service, container: container.id }
  const finding = (problem: string, repair: Repair): Finding => ({
    kind: 'container',
    subject: container.name,
    state: 'drifted',
    problem,
    repair,
  })
  if (changed !== undefined) return [finding(changed, renewed)]
  const { state, exitCode } = container
  if (state === 'exited' && exitCode === 0 && expected.mayEnd) return []
  if (state === 'exited' || state === 'created')
    return [
      finding(`it is ${state}${exitCode === null ? '' : ` (${exitCode})`}`, { do: 'start', container: container.id }),
    ]
  if (state !== 'running') return [finding(`it is ${state}`, renewed)]
  return expected.networks
    .filter(({ name }) => !(name in container.networks))
    .map(({ name, aliases }) =>
      finding(`it is not in the network ${name}`, { do: 'attach', container: container.id, network: name, aliases }),
    )
}

/** What of a container's making is not as the release has it. */
function changeOf({ imageId, hash, labels: wanted }: ExpectedService, container: EngineContainer): string | undefined {
  if (imageId !== undefined && container.imageId !== imageId) return `it runs another image (${container.image})`
  const label = Object.keys(wanted).find((key) => container.labels[key] !== wanted[key])
  if (label !== undefined) return `its label ${label} is not the release's`
  const own = container.labels[composeLabels.configHash]
  return hash !== undefined && own !== hash ? "its configuration is not the release's" : undefined
}

function missingNetworks({ networks }: Expected, actual: Actual): Finding[] {
  return networks
    .filter(({ name }) => !actual.networks.some((network) => network.name === name))
    .map(({ name, mode }) => ({
      kind: 'network',
      subject: name,
      state: 'missing',
      problem: 'it is gone',
      repair: mode === 'beside' ? { do: 'redeploy' } : { do: 'make-base', service: 'its network' },
    }))
}

/** What somebody else put into the app's compose projects or networks. */
function strangers({ containers, networks }: Actual, { app, homeId, projects }: Kept): Finding[] {
  const own = networks.filter(({ labels: each }) => each[labels.app] === app.id).map(({ name }) => name)
  return containers
    .filter(({ labels: each }) => each[labels.appHome] !== homeId)
    .filter(
      ({ labels: each, networks: on }) =>
        projects.has(each[composeLabels.project] ?? '') || own.some((name) => name in on),
    )
    .map(({ name, labels: each }) => ({
      kind: 'container',
      subject: name,
      state: 'unmanaged',
      problem: projects.has(each[composeLabels.project] ?? '')
        ? "somebody started it in the app's place"
        : "somebody put it into the app's network",
      repair: { do: 'by-hand', command: `docker rm -f ${name}, if nobody needs it` },
    }))
}

/** What deployments that have ended left behind. */
function orphans({ containers, networks }: Actual, { app, projects }: Kept): Finding[] {
  const isLeft = ({ labels: each }: { labels: Record<string, string> }) =>
    each[labels.app] === app.id && !projects.has(each[composeLabels.project] ?? baseProject(app))
  const finding = (kind: 'container' | 'network', name: string): Finding => ({
    kind,
    subject: name,
    state: 'orphaned',
    problem: 'no deployment needs it any more',
    repair: { do: 'by-hand', command: `berth prune ${app.name}` },
  })
  return [
    ...containers.filter(isLeft).map(({ name }) => finding('container', name)),
    ...networks.filter(isLeft).map(({ name }) => finding('network', name)),
  ]
}
