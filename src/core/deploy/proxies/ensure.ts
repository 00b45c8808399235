import { AppError, toAppError } from '../../errors.ts'
import { labels } from '../../labels.ts'
import { firstPorts, healthPath, markOf, proxyHeader } from '../../ports/ingress.ts'
import type { EngineContainer } from '../../ports.ts'
import { type IngressDeps, writeRoutes } from '../ingress.ts'
import { ingressNetworkName, ingressProject, proxyContainers } from '../ingress-names.ts'
import { besideFile, frontFile, type IngressLook, lookAtIngress, planFor, wantedService } from './look.ts'
import type { ProxyService } from './plan.ts'
import { type IngressRecord, type ProxyRecord, recordOf, writeIngressRecord } from './record.ts'
import { redirectTo } from './redirect.ts'
import { removeProxy } from './retire.ts'

type Say = (line: string) => void

/**
 * Makes sure that the ingress runs as its settings say, with the routes there are. Harmless when it does. Another image or
 * other settings of it are another proxy beside the one there is, which takes over without a lost request; what must be
 * replaced is said. Throws INGRESS_FAILED, COMPOSE_FAILED; then what ran goes on.
 */
export async function ensureIngress(deps: IngressDeps, say: Say = () => undefined): Promise<void> {
  await deps.locks.run('ingress', async () => {
    const look = await lookAtIngress(deps)
    const plan = planFor(deps, look)
    if (look === null || plan.do === 'start') return startFront(deps)
    if (plan.do === 'replace') {
      say(`the ingress is replaced: ${plan.why}`)
      return startFront(deps)
    }
    if (plan.do === 'move') return moveFront(deps, look, plan.service)
    const proxy = plan.do === 'beside' ? plan.proxy : look.record.proxies.find((one) => one.service === plan.service)
    if (proxy) await handOver(deps, look, proxy, say)
  })
}

/** After the front has started anew (the engine, the machine, somebody's hand): whoever took its connections takes them again. */
export async function mendIngress(deps: IngressDeps): Promise<void> {
  await deps.locks.run('ingress', async () => {
    const look = await lookAtIngress(deps)
    const serving = look?.record.proxies.find(({ service }) => service === look.record.serving)
    if (look && serving) await handOver(deps, look, serving, () => undefined)
  })
}

/** The first there is, or one that replaces all there were. */
async function startFront(deps: IngressDeps): Promise<void> {
  const record = recordOf('proxy')
  for (const { id, service } of await proxyContainers(deps)) {
    if (service === record.front) continue
    await deps.engine.removeContainer(id)
    await deps.files.remove(besideFile(deps, service))
  }
  await writeIngressRecord(deps, record)
  await writeRoutes(deps)
  await up(deps, record.front, frontFile(deps), frontModel(deps, record.front))
}

/** At addresses that are free: the new one starts, and the old one is ended once its clients have had time to move. */
async function moveFront(deps: IngressDeps, { record }: IngressLook, service: string): Promise<void> {
  const model = frontModel(deps, service)
  const file = besideFile(deps, service)
  await writeRoutes(deps)
  await up(deps, service, file, model)
  const front = (await proxyContainer(deps, service)) ?? missing(service)
  const proxy = { service, ...firstPorts, leavingSince: null }
  await untilAnswers(deps, front, proxy)
  const before = leaving(record.proxies, deps.clock.now().getTime())
  // both files are of the same service now: the front's is the one that is read
  await deps.files.writeText(frontFile(deps), textOf(model))
  await deps.files.remove(file)
  await writeIngressRecord(deps, { front: service, serving: service, toldAt: null, proxies: [proxy, ...before] })
  deps.ingressChange.ring()
}

/** Has a proxy take the connections; it is started where it does not run in the front's namespace. */
async function handOver(deps: IngressDeps, look: IngressLook, proxy: ProxyRecord, say: Say): Promise<void> {
  const { record, front } = look
  const isFront = proxy.service === record.front
  const isTold = record.serving === proxy.service && (isFront || record.toldAt === front.startedAt)
  if (isTold && (isFront || (await standsBeside(deps, look, proxy)))) return writeRoutes(deps)
  const known = record.proxies.some(({ service }) => service === proxy.service)
  const next = known ? record : { ...record, proxies: [...record.proxies, proxy] }
  await writeIngressRecord(deps, next)
  await writeRoutes(deps)
  try {
    if (!isFront) {
      await startBeside(deps, look, proxy)
      await untilAnswers(deps, front, proxy)
    }
    await redirectTo(deps, proxy, {
      project: ingressProject(deps.homeId),
      front: front.id,
      image: imageOf(deps, proxy, look),
    })
    await untilAnswers(deps, front, proxy, firstPorts.httpPort)
  } catch (error) {
    if (!known) await forget(deps, record, proxy)
    throw error
  }
  await writeIngressRecord(deps, handedOver(next, proxy, front.startedAt, deps.clock.now().getTime()))
  await writeRoutes(deps)
  say(`${proxy.service} takes the requests now`)
  deps.ingressChange.ring()
}

/** The record once a proxy serves: those beside the front that did are leaving; the front stays, for the ports are its. */
function handedOver(record: IngressRecord, proxy: ProxyRecord, toldAt: number, now: number): IngressRecord {
  const others = record.proxies.filter(({ service }) => service !== proxy.service && service !== record.front)
  const left = new Set(others.map(({ service }) => service))
  const proxies = record.proxies.map((one) => (left.has(one.service) ? leaving([one], now)[0]! : one))
  return { ...record, serving: proxy.service, toldAt, proxies }
}

const leaving = (proxies: readonly ProxyRecord[], now: number) =>
  proxies.map((one) => ({ ...one, leavingSince: one.leavingSince ?? now }))

async function startBeside(deps: IngressDeps, look: IngressLook, proxy: ProxyRecord): Promise<void> {
  if (await standsBeside(deps, look, proxy)) return
  const stale = await proxyContainer(deps, proxy.service)
  if (stale) await deps.engine.removeContainer(stale.id)
  const { ports: _ports, sysctls: _sysctls, ...program } = look.services[proxy.service] ?? wantedService(deps, proxy)
  const service = { ...program, ...bearing(deps), network_mode: `container:${look.front.id}` }
  await up(deps, proxy.service, besideFile(deps, proxy.service), modelOf(deps, proxy.service, service))
}

/** Whether it runs, and in the namespace of the front that stands now. */
async function standsBeside(deps: IngressDeps, { front, running }: IngressLook, proxy: ProxyRecord): Promise<boolean> {
  const container = running.find(({ service }) => service === proxy.service)
  const startedAt = container && (await deps.engine.times(container.id))?.startedAt
  return startedAt !== undefined && startedAt !== null && startedAt >= front.startedAt
}

/** A proxy that did not come to serve is as if it had never been. */
async function forget(deps: IngressDeps, record: IngressRecord, proxy: ProxyRecord): Promise<void> {
  await removeProxy(deps, proxy)
  await writeIngressRecord(deps, record)
}

const proxyContainer = async (deps: IngressDeps, name: string) =>
  (await proxyContainers(deps)).find(({ service }) => service === name)

/** Longest that a proxy may take until it answers, ms. */
const patience = 15_000

/** Asks a proxy by a port of the front's, its own unless said otherwise, until it has read its routes. Throws INGRESS_FAILED. */
async function untilAnswers(
  deps: IngressDeps,
  front: EngineContainer,
  proxy: ProxyRecord,
  port = proxy.httpPort,
): Promise<void> {
  const address = front.networks[ingressNetworkName(deps.homeId)]?.ipv4 ?? ''
  const deadline = deps.clock.now().getTime() + patience
  for (;;) {
    const fault = await deps.probe({
      kind: 'header',
      address,
      port,
      path: healthPath,
      host: 'ingress.berth.internal',
      header: proxyHeader,
      expect: markOf(proxy),
    })
    if (fault === null) return
    if (deps.clock.now().getTime() > deadline) {
      const container = await proxyContainer(deps, proxy.service)
      const said = container ? (await deps.engine.lastLines(container.id, 1)).join('') : 'it is gone'
      throw new AppError('INGRESS_FAILED', `the new ${deps.ingress.name} does not answer: ${fault}; ${said}`)
    }
    await deps.clock.wait(50)
  }
}

function imageOf({ ingressSettings }: IngressDeps, { service }: ProxyRecord, { services }: IngressLook): string {
  const made = services[service]?.['image']
  return typeof made === 'string' ? made : ingressSettings.image
}

const missing = (service: string): never => {
  throw new AppError('INGRESS_FAILED', `${service} is gone`)
}

/** How Berth runs a proxy, whichever it is. */
const bearing = ({ homeId }: IngressDeps) => ({
  pull_policy: 'missing',
  labels: { [labels.appHome]: homeId },
  restart: 'unless-stopped',
  stop_grace_period: '35s',
})

const frontModel = (deps: IngressDeps, service: string) =>
  modelOf(deps, service, {
    ...wantedService(deps, { service, ...firstPorts, leavingSince: null }),
    ...bearing(deps),
  })

function modelOf({ homeId }: IngressDeps, name: string, service: ProxyService) {
  const own = { [labels.appHome]: homeId }
  const network = { name: ingressNetworkName(homeId) }
  return {
    name: ingressProject(homeId, name),
    services: { [name]: service },
    // made with the first one's project, and used by all
    networks: { default: name === 'proxy' ? { ...network, labels: own } : { ...network, external: true } },
    volumes: { data: { labels: own } },
  }
}

const textOf = (model: object) => `${JSON.stringify(model, undefined, 2)}\n`

async function up(deps: IngressDeps, service: string, file: string, model: object): Promise<void> {
  const { engine, files, homeId, paths } = deps
  await files.writeText(file, textOf(model))
  const project = ingressProject(homeId, service)
  const compose = { project, directory: paths.ingress, files: [file], profiles: [], variables: {} }
  await engine.up(compose, { services: [], build: false, timeoutSeconds: 60 }).catch((thrown: unknown) => {
    const error = toAppError(thrown)
    if (error.code !== 'IMAGE_UNAVAILABLE') throw thrown
    const { image } = deps.ingressSettings
    throw new AppError(error.code, `the ingress cannot start without its image ${image}: ${error.message}`, {
      hint: 'image in [ingress] of config.toml names another one; one that was loaded by hand (docker load) is not pulled',
      details: { ...error.details, image },
      cause: thrown,
    })
  })
}
