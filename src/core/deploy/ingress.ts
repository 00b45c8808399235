import { join } from 'node:path'
import { lastLine } from '../../lib/last-line.ts'
import { AppError } from '../errors.ts'
import type { RequestCounts } from '../ports/ingress.ts'
import type { EngineContainer } from '../ports.ts'
import type { DeployDeps } from './deps.ts'
import { proxyContainers } from './ingress-names.ts'
import { deploymentHost, ingressState } from './ingress-state.ts'
import type { AppRecord } from './model.ts'
import { instanceOf, readIngressRecord } from './proxies/record.ts'

/** What working on the ingress may ask for. */
export type IngressDeps = Pick<
  DeployDeps,
  | 'store'
  | 'engine'
  | 'host'
  | 'files'
  | 'paths'
  | 'homeId'
  | 'ingress'
  | 'ingressSettings'
  | 'locks'
  | 'probe'
  | 'readPage'
  | 'clock'
  | 'answers'
  | 'migratesConnections'
  | 'ingressChange'
>

/** Writes the routes of all apps and makes the proxy take them; no request is lost. Throws INGRESS_FAILED. */
export async function applyRoutes(deps: IngressDeps): Promise<void> {
  await deps.locks.run('ingress', async () => {
    await writeRoutes(deps)
    await reloadProxies(deps)
  })
}

/** Has every proxy that runs take its files. Throws INGRESS_FAILED. */
async function reloadProxies(deps: IngressDeps): Promise<void> {
  const { reload } = deps.ingress
  if (reload === null) return
  const record = await readIngressRecord(deps)
  const running = await runningProxies(deps)
  const isRunning = (name: string) => running.some(({ service }) => service === name)
  if (!isRunning(record.serving)) throw new AppError('INGRESS_FAILED', 'the proxy in front of the apps does not run')
  for (const proxy of record.proxies) {
    const container = running.find(({ service }) => service === proxy.service)
    if (!container) continue
    const { argv, env } = deps.engine.execCommand(container.id, reload(instanceOf(proxy)), {
      tty: false,
      interactive: false,
    })
    const { exitCode, stderr } = await deps.host.run(argv, { env, timeoutMs: 30_000 })
    // one that gets no requests may be of an older kind, and refuse what the other takes
    if (exitCode !== 0 && proxy.service === record.serving)
      throw new AppError('INGRESS_FAILED', `${deps.ingress.name} refused its routes: ${lastLine(stderr)}`)
  }
}

/**
 * Waits until requests for a deployment go through the proxy to it: asked by the name that only this deployment has.
 * Throws INGRESS_FAILED.
 */
export async function untilRouted(
  deps: IngressDeps,
  app: AppRecord,
  deployment: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = deps.clock.now().getTime() + 15_000
  for (;;) {
    const fault = await askRoute(deps, app, deployment)
    if (fault === null) return
    if (deps.clock.now().getTime() > deadline)
      throw new AppError('INGRESS_FAILED', `${deps.ingress.name} does not send requests to the new version: ${fault}`)
    await deps.clock.wait(25, signal)
  }
}

/** Asks a deployment through the proxy: null when it answers, else what is wrong. */
export function askRoute(
  { probe, ingressSettings: { address, httpPort } }: Pick<DeployDeps, 'probe' | 'ingressSettings'>,
  app: AppRecord,
  deployment: string,
): Promise<string | null> {
  const host = deploymentHost(app, deployment)
  return probe({ kind: 'header', address, port: httpPort, path: '/', host, expect: deployment })
}

/** Waits until the proxy sends a deployment nothing any more; gives up after some seconds, for nothing depends on it. */
export async function untilUnrouted(deps: IngressDeps, app: AppRecord, deployment: string): Promise<void> {
  const deadline = deps.clock.now().getTime() + 5000
  while ((await askRoute(deps, app, deployment)) === null && deps.clock.now().getTime() < deadline)
    await deps.clock.wait(25)
}

/** Requests that went to an app's canary, and to the version before it, as the proxy counts them. Null where it does not say. */
export async function readCounts(
  deps: IngressDeps,
  { id }: AppRecord,
  countsHost: string,
): Promise<{ canary: RequestCounts; stable: RequestCounts } | null> {
  const { address, httpPort } = deps.ingressSettings
  const { countsPath: path } = deps.ingress
  const text = await deps.readPage({ address, port: httpPort, path, host: countsHost })
  return text === null ? null : deps.ingress.counts(text, id)
}

/** The container of the proxy that takes the requests, where it runs. */
export async function servingProxy(
  deps: Pick<DeployDeps, 'engine' | 'homeId' | 'files' | 'paths'>,
): Promise<EngineContainer | undefined> {
  const { serving } = await readIngressRecord(deps)
  return (await runningProxies(deps)).find(({ service }) => service === serving)
}

const runningProxies = async (deps: Pick<DeployDeps, 'engine' | 'homeId'>) =>
  (await proxyContainers(deps)).filter(({ state }) => state === 'running')

const configDirectory = ({ paths }: Pick<DeployDeps, 'paths'>) => join(paths.ingress, 'etc')

/** Writes what every proxy is to read. */
export async function writeRoutes(deps: IngressDeps): Promise<void> {
  for (const { path, text } of await wantedFiles(deps)) {
    // what is as it should be needs no room on a full disk
    if ((await deps.files.readText(path)) === text) continue
    // the container's user is not ours
    await deps.files.writeText(path, text, 0o644)
  }
}

/** Files of the proxy that are not as the apps of this machine make them. */
export async function changedRouteFiles(deps: IngressDeps): Promise<string[]> {
  const files = await wantedFiles(deps)
  const texts = await Promise.all(files.map(({ path }) => deps.files.readText(path)))
  return files.filter(({ text }, at) => texts[at] !== text).map(({ path }) => path)
}

/** What the proxy is to read, by absolute path. */
async function wantedFiles(deps: IngressDeps): Promise<{ path: string; text: string }[]> {
  const [state, { proxies }] = await Promise.all([ingressState(deps), readIngressRecord(deps)])
  const files = proxies.flatMap((proxy) => deps.ingress.files(state, instanceOf(proxy)))
  // what several read is one file
  const texts = new Map(files.map(({ path, text }) => [join(configDirectory(deps), path), text]))
  return [...texts].map(([path, text]) => ({ path, text }))
}
