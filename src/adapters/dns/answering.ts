import type { Zone } from '../../core/names/zone.ts'
import type { Response, ResponseOptions } from './respond.ts'
import { respond } from './respond.ts'

/** What to send back for a packet. */
export type Answering = (packet: Buffer, zone: Zone, transport: ResponseOptions['transport']) => Response

/** Answers kept of one zone: a thousand names for A and AAAA. Some 300 bytes each. */
const mostKept = 2048
/** Bytes of a question worth keeping: any name with EDNS. Longer ones carry something that differs each time. */
const longest = 300

/**
 * Answers questions, those asked before without reading them again (5 µs instead of 30): the same bytes but for the id
 * get the same answer, as long as the zone is the same.
 */
export function createAnswering(options: Pick<ResponseOptions, 'recursion'>): Answering {
  const kept = new Map<string, Buffer>()
  let keptOf: Zone | undefined
  return (packet, zone, transport) => {
    if (keptOf !== zone || kept.size >= mostKept) kept.clear()
    keptOf = zone
    const key = packet.length <= longest ? transport + packet.toString('latin1', 2) : undefined
    const known = key === undefined ? undefined : kept.get(key)
    if (known !== undefined) return { kind: 'answer', packet: withIdOf(packet, known) }
    const response = respond(packet, zone, { ...options, transport })
    if (key !== undefined && response.kind === 'answer' && packet.length >= 12) kept.set(key, response.packet)
    return response
  }
}

/** A copy, for the one given out before may still be on its way. */
function withIdOf(packet: Buffer, answer: Buffer): Buffer {
  const copy = Buffer.from(answer)
  copy[0] = packet[0] ?? 0
  copy[1] = packet[1] ?? 0
  return copy
}
