import { Agent } from 'node:http'
import type { Zone } from '../../core/names/zone.ts'
import type { NameTarget } from '../../core/names/zone-entries.ts'
import type { Candidate } from './attempt.ts'
import { attempt } from './attempt.ts'
import { badRequest, pageWithoutTarget, unreachable } from './faults.ts'
import { hasBody, requestFault } from './headers.ts'
import { listenLocally } from './listen.ts'
import type { Page } from './page.ts'
import { sendPage } from './page.ts'
import { relayReply, relayUpgrade } from './relay.ts'
import { routeOf } from './route.ts'
import type { Exchange } from './servers.ts'
import { responseOf, serversFor } from './servers.ts'

/** The way in that needs no root: `http://<service>.<env>.localhost:<port>`. */
export interface Proxy {
  /** Listens on 127.0.0.1, and on ::1 where there is one. Port 0: any free one. Throws PORT_IN_USE, NEEDS_ROOT. */
  listen(port: number): Promise<{ port: number; addresses: string[] }>
  /** From now on these are the names; the suffix of the zone must be `localhost`. */
  update(zone: Zone): void
  close(): Promise<void>
}

/** The proxy for the names of one zone. `onFault` hears of what fails while it runs; it goes on serving. */
export function createProxy(zone: Zone, deps: { onFault: (fault: unknown) => void }): Proxy {
  let current = zone
  let turn = 0
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 })
  const servers = serversFor((exchange) => {
    handle(exchange, current, agent, turn++).catch((fault: unknown) => {
      exchange.request.destroy()
      deps.onFault(fault)
    })
  })
  const close = async () => {
    agent.destroy()
    await servers.close()
  }
  return {
    async listen(port) {
      try {
        return await listenLocally(servers.create, port)
      } catch (error) {
        await close()
        throw error
      }
    },
    update(next) {
      current = next
      // Idle connections may lead to containers that are gone; making them anew costs a tenth of a millisecond.
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
    },
    close,
  }
}

async function handle(exchange: Exchange, zone: Zone, agent: Agent, turn: number): Promise<void> {
  const { request, response, upgrade } = exchange
  const fault = requestFault(request)
  if (fault !== undefined) return answerWith(exchange, badRequest(fault))
  const route = routeOf(zone, request.headers.host)
  if (route.kind !== 'target') return answerWith(exchange, pageWithoutTarget(route, zone))

  const gone = new AbortController()
  const client = upgrade?.socket ?? response
  client.once('close', () => gone.abort())
  try {
    const options = { agent, upgrade: upgrade !== undefined, signal: gone.signal }
    const outcome = await attempt(request, candidatesOf(route.target, turn), options)
    if (outcome.kind === 'upgrade' && upgrade !== undefined) relayUpgrade(upgrade, outcome)
    else relayReply(outcome.reply, responseOf(exchange))
  } catch (error) {
    if (gone.signal.aborted || response.headersSent) client.destroy()
    else answerWith(exchange, unreachable(route.target, error))
  }
}

function answerWith(exchange: Exchange, page: Page): void {
  sendPage(exchange.request, responseOf(exchange), page)
  if (hasBody(exchange.request)) exchange.request.resume()
}

/** Replicas take turns; IPv6 only where there is nothing else. */
function candidatesOf({ ipv4, ipv6, ports }: NameTarget, turn: number): Candidate[] {
  const addresses = ipv4.length > 0 ? ipv4 : ipv6
  const [port] = ports
  if (port === undefined || addresses.length === 0) return []
  const from = turn % addresses.length
  return [...addresses.slice(from), ...addresses.slice(0, from)].map((address) => ({ address, port }))
}
