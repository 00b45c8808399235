import type { Packet, Question } from 'dns-packet'
import dnsPacket from 'dns-packet'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildZone } from '../../core/names/zone.ts'
import { respond } from './respond.ts'

const addresses = Array.from({ length: 60 }, (_, index) => `10.224.0.${index + 2}`)
const service = (name: string, ipv4: string[]) => ({ service: name, ipv4, ipv6: [], ports: [80] })
const zone = buildZone(
  [
    {
      project: 'shop',
      env: 'feat',
      createdAt: '2026-01-01T00:00:00Z',
      ingress: 'web',
      extraNames: [],
      services: [service('web', ['10.224.0.2']), service('many', addresses)],
    },
  ],
  { suffix: 'test' },
)
const udp = { transport: 'udp', recursion: false } as const

const query = (question: Partial<Question>, more: Packet = {}) =>
  dnsPacket.encode({ type: 'query', id: 7, questions: [{ type: 'A', name: 'web.feat.test', ...question }], ...more })
const edns = (udpPayloadSize: number, ednsVersion = 0): Packet => ({
  additionals: [
    { type: 'OPT', name: '.', udpPayloadSize, ednsVersion, extendedRcode: 0, flags: 0, flag_do: false, options: [] },
  ],
})
const ask = (packet: Buffer, options: Parameters<typeof respond>[2] = udp) => {
  const response = respond(packet, zone, options)
  if (response.kind === 'drop') throw new Error('no answer')
  return { kind: response.kind, bytes: response.packet, ...dnsPacket.decode(response.packet) } as ReturnType<
    typeof dnsPacket.decode
  > & { kind: string; bytes: Buffer; rcode: string }
}

describe('answers', () => {
  test('an address, authoritative, under the id that asked, with a short life', () => {
    const answer = ask(query({}, { flags: dnsPacket.RECURSION_DESIRED }))
    expect(answer).toMatchObject({
      kind: 'answer',
      id: 7,
      rcode: 'NOERROR',
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
    })
    expect(answer.answers).toMatchObject([{ name: 'web.feat.test', type: 'A', data: '10.224.0.2', ttl: 1 }])
    expect(answer.additionals).toEqual([])
  })

  test('the letters of the question come back as they were written', () => {
    const asked = query({ name: 'wEb.FeAT.tESt' })
    const answer = ask(asked)
    expect(answer.bytes.subarray(12, asked.length)).toEqual(asked.subarray(12))
    expect(answer.answers).toMatchObject([{ name: 'wEb.FeAT.tESt' }])
  })

  test('no such name: NXDOMAIN with a SOA that forbids remembering it', () => {
    const answer = ask(query({ name: 'nobody.feat.test' }))
    expect(answer).toMatchObject({ rcode: 'NXDOMAIN', flag_aa: true, answers: [] })
    expect(answer.authorities).toMatchObject([{ type: 'SOA', name: 'test', ttl: 0, data: { minimum: 0 } }])
  })

  test('another type of a name that exists: no error, no data', () => {
    for (const type of ['AAAA', 'MX', 'TXT', 'UNKNOWN_65'] as never[]) {
      const answer = ask(query({ type }))
      expect(answer).toMatchObject({ rcode: 'NOERROR', answers: [] })
      expect(answer.authorities).toMatchObject([{ type: 'SOA' }])
    }
  })

  test('foreign names, classes and zone transfers are refused', () => {
    for (const question of [
      { name: 'example.com' },
      { class: 'CH' as const },
      { type: 'AXFR' as const },
      { name: '.' },
    ]) {
      expect(ask(query(question))).toMatchObject({ kind: 'foreign', rcode: 'REFUSED', flag_aa: false })
    }
  })

  test('SRV and SOA', () => {
    expect(ask(query({ type: 'SRV', name: '_http._tcp.web.feat.test' })).answers).toMatchObject([
      { type: 'SRV', data: { port: 80, target: 'web.feat.test' } },
    ])
    expect(ask(query({ type: 'SOA', name: 'test' })).answers).toMatchObject([{ type: 'SOA', name: 'test' }])
  })
})

describe('sizes', () => {
  test('UDP: 512 bytes, with EDNS what the client takes, else an empty answer marked as cut', () => {
    const cut = ask(query({ name: 'many.feat.test' }))
    expect(cut).toMatchObject({ flag_tc: true, answers: [], rcode: 'NOERROR' })
    expect(ask(query({ name: 'many.feat.test' }, edns(1232)))).toMatchObject({ flag_tc: true })
    expect(ask(query({ name: 'many.feat.test' }, edns(65_535))).answers).toHaveLength(60)
    expect(ask(query({ name: 'web.feat.test' }, edns(0))).answers).toHaveLength(1)
  })

  test('TCP: whole', () => {
    const answer = ask(query({ name: 'many.feat.test' }), { transport: 'tcp', recursion: false })
    expect(answer).toMatchObject({ flag_tc: false })
    expect(answer.answers).toHaveLength(60)
  })

  test('EDNS is answered with EDNS; a version to come with BADVERS', () => {
    expect(ask(query({}, edns(1232))).additionals).toMatchObject([
      { type: 'OPT', udpPayloadSize: 1232, extendedRcode: 0 },
    ])
    const newer = ask(query({}, edns(1232, 1)))
    expect(newer.answers).toEqual([])
    expect(newer.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }])
  })
})

describe('what is no question', () => {
  test('a response, or less than a header, is not answered', () => {
    expect(respond(dnsPacket.encode({ type: 'response', id: 1 }), zone, udp)).toEqual({ kind: 'drop' })
    expect(respond(Buffer.alloc(11), zone, udp)).toEqual({ kind: 'drop' })
    expect(respond(Buffer.alloc(0), zone, udp)).toEqual({ kind: 'drop' })
  })

  test('none, two, or a cut one: FORMERR; another operation: NOTIMP', () => {
    const twice = dnsPacket.encode({
      type: 'query',
      questions: [
        { type: 'A', name: 'a' },
        { type: 'A', name: 'b' },
      ],
    })
    for (const packet of [dnsPacket.encode({ type: 'query' }), twice, query({}).subarray(0, 20)]) {
      expect(ask(packet)).toMatchObject({ rcode: 'FORMERR', questions: [] })
    }
    expect(ask(query({}, { flags: 5 << 11 }))).toMatchObject({ rcode: 'NOTIMP', opcode: 'UPDATE' })
  })

  test('labels that are no text are never taken for a name of ours', () => {
    const odd = query({})
    odd[13] = 0xff
    expect(ask(odd).answers).toEqual([])
  })

  test('any bytes at all: no crash, and never more than an error', () => {
    const sound = query({}, edns(1232))
    const mangled = fc.tuple(fc.nat(sound.length - 1), fc.nat(255), fc.nat(sound.length)).map(([at, byte, length]) =>
      Buffer.from(sound)
        .fill(byte, at, at + 1)
        .subarray(0, length),
    )
    const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(random, mangled), fc.constantFrom('udp', 'tcp'), (packet, transport) => {
        const response = respond(packet, zone, { transport, recursion: true })
        if (response.kind === 'drop') return
        expect(response.packet.subarray(0, 2)).toEqual(packet.subarray(0, 2))
        expect(dnsPacket.decode(response.packet).type).toBe('response')
      }),
      { numRuns: 3000 },
    )
  })
})
