import { proxyOf } from '../../core/deploy/ingress-names.ts'
import { mendIngress } from '../../core/deploy/proxies/ensure.ts'
import { readIngressRecord } from '../../core/deploy/proxies/record.ts'
import { retireProxies } from '../../core/deploy/proxies/retire.ts'
import { toAppError } from '../../core/errors.ts'
import type { EngineEvent } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** After a look that failed, ms. */
const pauseAfterFault = 10_000

/** Ends proxies that were replaced, and mends the ingress when its containers have started anew, until the signal aborts. */
export async function keepIngress(
  deps: DaemonDeps,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const changed = deps.ingressChange.next()
    const due = await look(deps).catch((error: unknown) => {
      if (!signal.aborted) log(`the ingress could not be looked after: ${toAppError(error).message}`)
      return deps.clock.now().getTime() + pauseAfterFault
    })
    const until = due === null ? undefined : Math.max(0, due - deps.clock.now().getTime())
    // aborted: the loop sees it
    await pause(deps, until, AbortSignal.any([signal, changed]))
  }
}

async function look(deps: DaemonDeps): Promise<number | null> {
  const { front, serving, proxies } = await readIngressRecord(deps)
  // most machines have one proxy, which the engine keeps, or none
  if (serving === front && proxies.length === 1) return null
  await mendIngress(deps)
  return retireProxies(deps)
}

/** The longest pause a timer can make, ms. */
const forGood = 2 ** 31 - 1

const pause = ({ clock }: DaemonDeps, time: number | undefined, signal: AbortSignal) =>
  clock.wait(time ?? forGood, signal).catch(() => undefined)

/** Whether something happened to a container of the ingress that may be of concern. */
export const concernsIngress = ({ homeId }: Pick<DaemonDeps, 'homeId'>, { type, action, attributes }: EngineEvent) =>
  type === 'container' && ['start', 'die', 'destroy'].includes(action) && proxyOf(homeId, attributes) !== undefined
