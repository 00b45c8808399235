import { toAppError } from '../core/errors.ts'
import type { NamedMachine } from '../core/machines/names/keep-names.ts'
import { joinZones } from '../core/names/join-zones.ts'
import type { NamedEnv } from '../core/names/model.ts'
import { buildZone, type Zone } from '../core/names/zone.ts'
import type { ListenAddress, NameServer } from '../core/ports/names.ts'
import type { Settings } from '../core/settings/model.ts'
import { listenNear } from './listen-near.ts'
import { createProxy, type Proxy } from './proxy/proxy.ts'

/** The two ways to reach an env's services from this machine. */
export interface WaysIn {
  /** `address:port`, or null where no port was free. */
  dns: string | null
  proxy: string | null
  proxyPort: number
  publish: (envs: NamedEnv[]) => void
  /** The same for the envs of other machines. */
  publishOthers: (machines: NamedMachine[]) => void
  /** The envs of another machine as they were published last. */
  envsOn: (machine: string) => NamedEnv[]
  /** Answers DNS questions at one more address from now on. Throws PORT_IN_USE, NEEDS_ROOT. */
  answerAt: (listener: ResolverListener) => Promise<void>
  close: () => Promise<void>
}

/** Where the machine's resolver was told to ask this daemon, and whom to ask in turn for all other names. */
export interface ResolverListener {
  listen: ListenAddress
  forwardTo: (() => readonly ListenAddress[]) | undefined
}

/** Opens the DNS server and the proxy; a port that is taken moves on to the next. */
export async function openWaysIn(
  nameServer: NameServer,
  settings: Settings,
  log: (message: string) => void,
  forResolver: ResolverListener | null,
): Promise<WaysIn> {
  const onFault = (fault: unknown) => log(`proxy: ${toAppError(fault).message}`)
  const proxy = createProxy(buildZone([], { suffix: 'localhost' }), { onFault })
  const [dns, http] = await Promise.all([
    listenNear(settings.dns, (at) => nameServer.listen(at)),
    listenNear(settings.proxy, async (at) => ({ ...at, port: (await proxy.listen(at.port)).port })),
  ])
  const answering = new Set([show(dns)])
  const answerAt = async ({ listen, forwardTo }: ResolverListener) => {
    if (answering.has(show(listen))) return
    await nameServer.listen(listen, forwardTo && { forwardTo })
    answering.add(show(listen))
  }
  // Another program may hold that address: the names still work at the other one, and `berth doctor` tells.
  if (forResolver !== null) await answerAt(forResolver).catch((error) => log(`dns: ${toAppError(error).message}`))
  const publishing = createPublishing(settings.network.suffix, nameServer, proxy)
  return {
    dns: show(dns),
    proxy: show(http),
    proxyPort: http?.port ?? settings.proxy.port,
    answerAt,
    ...publishing,
    close: async () => void (await Promise.all([nameServer.close(), proxy.close()])),
  }
}

/** Gives both ways in the names of this machine and of others. */
function createPublishing(
  suffix: string,
  nameServer: NameServer,
  proxy: Proxy,
): Pick<WaysIn, 'publish' | 'publishOthers' | 'envsOn'> {
  let [own, others]: [NamedEnv[], NamedMachine[]] = [[], []]
  const update = () => {
    nameServer.update(zoneOfAll(own, others, suffix))
    proxy.update(zoneOfAll(own, others, 'localhost', suffix))
  }
  return {
    publish(envs) {
      own = envs
      update()
    },
    publishOthers(machines) {
      others = machines
      update()
    },
    envsOn: (machine) => others.find((one) => one.machine === machine)?.envs ?? [],
  }
}

/** The names of this machine's envs below a suffix, and those of others below the name of their machine. */
function zoneOfAll(own: NamedEnv[], others: readonly NamedMachine[], suffix: string, extraNamesUnder = suffix): Zone {
  const zones = others.map(({ machine, envs }) => ({
    named: buildZone(envs, { suffix: `${machine}.${suffix}` }),
    bare: buildZone(envs, { suffix }),
  }))
  return joinZones(buildZone(own, { suffix, extraNamesUnder }), zones)
}

const show = (at: ListenAddress | null) => at && `${at.address}:${at.port}`
