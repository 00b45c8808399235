import type { KeyedLock } from '../../../lib/keyed-lock.ts'
import { overlap } from '../../envs/overlap.ts'
import type { AdvertisedMemory, AdvertisedRecord, Tailnet } from '../../ports/tailnet.ts'
import type { Clock, Store } from '../../ports.ts'
import type { RoutesOffer, RoutesRequest } from './model.ts'

export interface AdvertiseDeps {
  tailnet: Tailnet
  memory: AdvertisedMemory
  store: Pick<Store, 'envs'>
  locks: KeyedLock
  clock: Pick<Clock, 'now'>
  /** Where envs get their addresses from now on. */
  pool: () => string
}

/** The end of a tailnet's routes that others go to: as long as somebody wants it, this machine advertises its envs' networks. */
export interface TailnetHost {
  /** Advertises them, or says again what is. Throws TOOL_MISSING, TAILSCALE_NOT_READY, NEEDS_ROOT, TUNNEL_FAILED. */
  advertise(request: RoutesRequest): Promise<RoutesOffer>
  /** Somebody no longer wants it; with the last one the routes are taken back. Harmless for one that is not there. */
  withdraw(peer: string): Promise<void>
  /** This machine's node in its tailnet; null where it is in none. */
  node(): Promise<string | null>
  /** Takes back what is advertised for anybody. */
  close(): Promise<void>
}

/** Somebody who has not asked for so long is not coming back, ms. */
const longestSilence = 14 * 24 * 3600 * 1000

/** How old the note of when somebody asked may become, ms. */
const noteEvery = 3600 * 1000

/** Advertises nothing by itself: the first who asks has it done. */
export function createTailnetHost(deps: AdvertiseDeps): TailnetHost {
  const alone = <T>(work: () => Promise<T>) => deps.locks.run('tailnet host', work)
  // after a start the firewall's rules may be gone: a reboot takes them, where Tailscale keeps its routes
  const seen: Seen = { isOpen: undefined }
  return {
    advertise: (request) => alone(() => advertise(deps, seen, request)),
    withdraw: (peer) =>
      alone(async () => {
        const record = await deps.memory.read()
        if (!(peer in record.peers)) return
        const { [peer]: _, ...peers } = record.peers
        if (Object.keys(peers).length === 0) await takeBack(deps, record)
        else await deps.memory.write({ ...record, peers })
      }),
    node: async () => (await deps.tailnet.read().catch(() => ({ node: null }))).node,
    close: () =>
      alone(async () => {
        const record = await deps.memory.read()
        if (Object.keys(record.peers).length > 0 || record.routes.length > 0) await takeBack(deps, record)
      }),
  }
}

/** Whether the firewall was opened, once that was tried. */
interface Seen {
  isOpen: boolean | undefined
}

async function advertise(deps: AdvertiseDeps, seen: Seen, { peer, afresh }: RoutesRequest): Promise<RoutesOffer> {
  const { tailnet, memory } = deps
  const [record, { node, device, advertised }] = await Promise.all([memory.read(), tailnet.read()])
  const routes = await routesOf(deps, record)
  const users = advertised.filter((one) => !record.routes.includes(one))
  const own = routes.filter((one) => !users.includes(one))
  const wanted = [...users, ...own]
  const peers = present(deps, { ...record.peers, [peer]: notedAt(deps, record.peers[peer]) })
  // noted before it is done: who is ended in between has to know what to take back
  const during = { routes: [...new Set([...record.routes, ...own])], peers }
  await noteChange(memory, record, during)
  const isSame = wanted.length === advertised.length && wanted.every((one) => advertised.includes(one))
  if (!isSame) await tailnet.advertise(wanted)
  await noteChange(memory, during, { routes: own, peers })
  if (afresh || !isSame || seen.isOpen === undefined) seen.isOpen = await tailnet.admit(device, routes)
  return { node, routes, isOpen: seen.isOpen }
}

/** The pool, for one approval in the tailnet to last; and earlier pools of which an env still has addresses. */
async function routesOf({ store, pool }: AdvertiseDeps, record: AdvertisedRecord): Promise<string[]> {
  const envs = await store.envs()
  const stillUsed = record.routes.filter((one) => envs.some(({ subnet }) => overlap(subnet, one)))
  return [pool(), ...stillUsed.filter((one) => !overlap(one, pool()))]
}

/** Takes our routes off the list, as it is now; what the user has put there stays. */
async function takeBack({ tailnet, memory }: AdvertiseDeps, record: AdvertisedRecord): Promise<void> {
  const { advertised } = await tailnet.read()
  const users = advertised.filter((one) => !record.routes.includes(one))
  if (users.length < advertised.length) await tailnet.advertise(users)
  await tailnet.admit(null, [])
  await memory.write({ routes: [], peers: {} })
}

const noteChange = async (memory: AdvertisedMemory, before: AdvertisedRecord, after: AdvertisedRecord) =>
  JSON.stringify(before) === JSON.stringify(after) ? undefined : memory.write(after)

/** When somebody asked: the time of the last note while that will do, so that not every question is a write. */
function notedAt({ clock }: AdvertiseDeps, noted: string | undefined): string {
  const now = clock.now()
  return noted !== undefined && now.getTime() - Date.parse(noted) < noteEvery ? noted : now.toISOString()
}

function present({ clock }: AdvertiseDeps, peers: Record<string, string>): Record<string, string> {
  const oldest = clock.now().getTime() - longestSilence
  return Object.fromEntries(Object.entries(peers).filter(([, at]) => Date.parse(at) >= oldest))
}
