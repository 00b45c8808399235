import type { Zone } from '../../core/names/zone.ts'
import type { NameTarget } from '../../core/names/zone-entries.ts'

/**
 * Where a request goes. `index`: to nobody in particular, a list of what there is. `unknown`: below `localhost`, but no
 * env has the name. `foreign`: not a name of this machine; a page of another site that had its name pointed here (DNS
 * rebinding) sends such a request, and must learn nothing from the answer.
 */
export type Route =
  | { kind: 'target'; host: string; target: NameTarget }
  | { kind: 'index' | 'unknown' | 'foreign'; host: string }

const OWN_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Decides by the Host header alone. */
export function routeOf(zone: Zone, hostHeader: string | undefined): Route {
  const host = (hostHeader ?? '').toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
  if (OWN_NAMES.has(host)) return { kind: 'index', host }
  const target = zone.find(host)
  if (target !== undefined) return { kind: 'target', host, target }
  return { kind: host.endsWith('.localhost') ? 'unknown' : 'foreign', host }
}
