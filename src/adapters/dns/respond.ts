import type { Answer, DecodedPacket, OptAnswer, Question } from 'dns-packet'
import dnsPacket from 'dns-packet'
import type { Zone, ZoneAnswer, ZoneRecord } from '../../core/names/zone.ts'

/** `foreign`: a sound question about a name outside the zone; the packet given is the refusal. */
export type Response = { kind: 'answer' | 'foreign'; packet: Buffer } | { kind: 'drop' }

/** How the question came, and whether names outside the zone are looked up for the asker. */
export interface ResponseOptions {
  transport: 'udp' | 'tcp'
  recursion: boolean
}

/** Seconds a client may keep an answer: one, as a container may move; "no such name" never, as it may appear at once. */
const TTL = { positive: 1, negative: 0 }
/** What a UDP answer may weigh: 512 bytes (RFC 1035), with EDNS what the client takes up to 4096 (RFC 6891). */
const UDP_BYTES = { plain: 512, most: 4096, advertised: 1232 }
const RCODE = { noError: 0, formatError: 1, serverFailure: 2, noName: 3, notImplemented: 4, refused: 5 }

/** What to send back for a packet, whatever its bytes are. */
export function respond(packet: Buffer, zone: Zone, options: ResponseOptions): Response {
  if (packet.length < 12 || (packet[2] ?? 0) >= 0x80) return { kind: 'drop' }
  if (((packet[2] ?? 0) >> 3) & 15) return { kind: 'answer', packet: bareResponse(packet, RCODE.notImplemented) }
  const query = readQuery(packet)
  if (query === undefined) return { kind: 'answer', packet: bareResponse(packet, RCODE.formatError) }
  if (query.edns !== undefined && query.edns.ednsVersion !== 0) {
    return { kind: 'answer', packet: encode(query, { extendedRcode: 1 }) }
  }
  const found = answerOf(zone, query.question)
  const authoritative = found.kind === 'refused' ? 0 : dnsPacket.AUTHORITATIVE_ANSWER
  const flags = authoritative | (options.recursion ? dnsPacket.RECURSION_AVAILABLE : 0)
  const kind = found.kind === 'refused' ? 'foreign' : 'answer'
  const whole = encode(query, { ...sections(found, query.question, zone), flags })
  if (options.transport === 'tcp' || whole.length <= udpLimit(query)) return { kind, packet: whole }
  return { kind, packet: encode(query, { flags: flags | dnsPacket.TRUNCATED_RESPONSE }) }
}

/** The refusal of a foreign question turned into SERVFAIL: somebody was asked, and nobody knew. */
export function serverFailure(refusal: Buffer): Buffer {
  const failure = Buffer.from(refusal)
  failure[3] = ((failure[3] ?? 0) & 0xf0) | RCODE.serverFailure
  return failure
}

interface Query {
  packet: Buffer
  decoded: DecodedPacket
  question: Question
  /** Bytes of the question section; sent back as they came, so that the case of letters is kept (DNS 0x20). */
  questionEnd: number
  edns: OptAnswer | undefined
}

/** undefined for what is not one question in good form. */
function readQuery(packet: Buffer): Query | undefined {
  const decoded = decode(packet)
  const [question, second] = decoded?.questions ?? []
  if (decoded === undefined || question === undefined || second !== undefined) return undefined
  const options = (decoded.additionals ?? []).filter((record): record is OptAnswer => record.type === 'OPT')
  if (options.length > 1) return undefined
  const questionEnd = endOfQuestion(packet)
  if (questionEnd === undefined) return undefined
  return { packet, decoded, question, questionEnd, edns: options[0] }
}

function decode(packet: Buffer): DecodedPacket | undefined {
  try {
    return dnsPacket.decode(packet)
  } catch {
    return undefined // malformed: dns-packet throws RangeError or Error for whatever does not parse
  }
}

/** Offset after the first question; undefined when its name is compressed, which nothing can precede. */
export function endOfQuestion(packet: Buffer): number | undefined {
  let offset = 12
  for (let length = packet[offset]; length !== 0; length = packet[offset]) {
    if (length === undefined || length > 63) return undefined
    offset += length + 1
  }
  return offset + 5 <= packet.length ? offset + 5 : undefined
}

function answerOf(zone: Zone, question: Question): ZoneAnswer {
  const ours = question.class === 'IN' || question.class === 'ANY'
  const transfer = question.type === 'AXFR' || question.type === 'IXFR'
  return ours && !transfer ? zone.lookup(question.name, question.type) : { kind: 'refused' }
}

interface Sections {
  rcode: number
  answers: Answer[]
  authorities: Answer[]
}

function sections(found: ZoneAnswer, question: Question, zone: Zone): Sections {
  if (found.kind === 'refused') return { rcode: RCODE.refused, answers: [], authorities: [] }
  if (found.kind === 'records') {
    const answers = found.records.map((record) => answerRecord(record, question.name, zone))
    return { rcode: RCODE.noError, answers, authorities: [] }
  }
  const rcode = found.kind === 'no-name' ? RCODE.noName : RCODE.noError
  return { rcode, answers: [], authorities: [soa(zone.suffix, TTL.negative)] }
}

function answerRecord(record: ZoneRecord, name: string, zone: Zone): Answer {
  if (record.type === 'SOA') return soa(zone.suffix, TTL.positive)
  const base = { name, ttl: TTL.positive, class: 'IN' as const }
  if (record.type !== 'SRV') return { ...base, type: record.type, data: record.data }
  return { ...base, type: 'SRV', data: { port: record.port, target: record.target, priority: 0, weight: 0 } }
}

function soa(suffix: string, ttl: number): Answer {
  const times = { serial: 1, refresh: 3600, retry: 600, expire: 86_400, minimum: TTL.negative }
  const data = { mname: suffix, rname: `hostmaster.${suffix}`, ...times }
  return { name: suffix, type: 'SOA', class: 'IN', ttl, data }
}

/** The response packet; it may differ from what the library wrote only in the letters of the question. */
function encode(query: Query, parts: Partial<Sections> & { flags?: number; extendedRcode?: number }): Buffer {
  const { decoded, packet, questionEnd } = query
  const response = dnsPacket.encode({
    type: 'response',
    id: decoded.id,
    flags: keptFlags(packet) | (parts.flags ?? 0) | (parts.rcode ?? RCODE.noError),
    questions: [query.question],
    answers: parts.answers ?? [],
    authorities: parts.authorities ?? [],
    additionals: query.edns === undefined ? [] : [optRecord(parts.extendedRcode ?? 0)],
  })
  if (endOfQuestion(response) !== questionEnd) return bareResponse(packet, RCODE.formatError)
  packet.copy(response, 12, 12, questionEnd)
  return response
}

function optRecord(extendedRcode: number): OptAnswer {
  const payload = { udpPayloadSize: UDP_BYTES.advertised, flags: 0, flag_do: false, options: [] }
  return { type: 'OPT', name: '.', ednsVersion: 0, extendedRcode, ...payload }
}

/** A header and nothing else, for a packet whose question cannot be read. */
function bareResponse(packet: Buffer, rcode: number): Buffer {
  const opcode = ((packet[2] ?? 0) & 0x78) << 8
  return dnsPacket.encode({ type: 'response', id: packet.readUInt16BE(0), flags: keptFlags(packet) | opcode | rcode })
}

/** "Recursion desired" and "checking disabled" go back as they came. */
function keptFlags(packet: Buffer): number {
  return packet.readUInt16BE(2) & (dnsPacket.RECURSION_DESIRED | dnsPacket.CHECKING_DISABLED)
}

function udpLimit({ edns }: Query): number {
  if (edns === undefined) return UDP_BYTES.plain
  return Math.min(Math.max(edns.udpPayloadSize, UDP_BYTES.plain), UDP_BYTES.most)
}
