import { dirname, join } from 'node:path'
import { markOf } from '../../ports/ingress.ts'
import type { IngressDeps } from '../ingress.ts'
import { ingressNetworkName, ingressProject, proxyContainers } from '../ingress-names.ts'
import { ingressState } from '../ingress-state.ts'
import { besideFile, frontFile } from './look.ts'
import { forgetIngressRecord, instanceOf, type ProxyRecord, readIngressRecord, writeIngressRecord } from './record.ts'

/** Ends the proxies that were replaced long enough ago. Resolves to when the next one is due, ms; null where none is. */
export async function retireProxies(deps: IngressDeps): Promise<number | null> {
  return deps.locks.run('ingress', async () => {
    const now = deps.clock.now().getTime()
    const record = await readIngressRecord(deps)
    const due = ({ leavingSince }: ProxyRecord) =>
      leavingSince === null ? null : leavingSince + deps.ingressSettings.drainSeconds * 1000
    const isOver = (proxy: ProxyRecord) => (due(proxy) ?? Infinity) <= now
    const over = record.proxies.filter(isOver)
    for (const proxy of backToFront(over)) await removeProxy(deps, proxy)
    const proxies = record.proxies.filter((proxy) => !over.includes(proxy))
    if (over.length > 0) await writeIngressRecord(deps, { ...record, proxies })
    return proxies.reduce<number | null>((next, proxy) => earlier(next, due(proxy)), null)
  })
}

const earlier = (one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : Math.min(one, other)

/** With the last app the ingress goes, and gives the ports back. Certificates stay: a CA gives few of them. */
export async function removeIngressWithLastApp(deps: IngressDeps): Promise<void> {
  await deps.locks.run('ingress', async () => {
    if ((await deps.store.deploys.apps()).length > 0) return
    const { proxies } = await readIngressRecord(deps)
    for (const proxy of backToFront(proxies)) await removeProxy(deps, proxy)
    await deps.engine.removeNetwork(ingressNetworkName(deps.homeId))
    await deps.files.remove(frontFile(deps))
    await forgetIngressRecord(deps)
  })
}

/** A front last: the others are in its network. */
const backToFront = (proxies: readonly ProxyRecord[]) => proxies.toSorted((one, other) => other.httpPort - one.httpPort)

/** Ends a proxy as its program ends, with the requests it has begun, and takes its files away. Harmless when it is gone. */
export async function removeProxy(deps: IngressDeps, proxy: ProxyRecord): Promise<void> {
  const { engine, homeId, files, paths, ingress } = deps
  const isFirst = markOf(proxy) === 'first'
  for (const { id, service } of await proxyContainers(deps)) {
    if (service !== proxy.service) continue
    await engine.stopContainer(id)
    await engine.removeContainer(id)
  }
  await engine.removeVolume(`${ingressProject(homeId, proxy.service)}_data`)
  await files.remove(besideFile(deps, proxy.service))
  if (isFirst) return
  const read = ingress.files(await ingressState(deps), instanceOf(proxy))
  for (const { path } of read.filter((one) => one.path.includes(markOf(proxy)))) {
    const file = join(paths.ingress, 'etc', path)
    await files.remove(file)
    if (dirname(path) !== '.') await files.removeIfEmpty(dirname(file))
  }
}
