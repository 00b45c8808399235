import dnsPacket from 'dns-packet'
import { expect, test } from 'vitest'
import { buildZone } from '../../core/names/zone.ts'
import { createAnswering } from './answering.ts'
import { respond } from './respond.ts'

const zoneWith = (address: string) => {
  const services = [{ service: 'web', ipv4: [address], ipv6: [], ports: [80] }]
  const env = { project: 'shop', env: 'tea', createdAt: '', ingress: 'web', extraNames: [], services }
  return buildZone([env], { suffix: 'test' })
}
const question = (id: number, name: string, type: 'A' | 'AAAA' = 'A') =>
  dnsPacket.encode({ type: 'query', id, flags: dnsPacket.RECURSION_DESIRED, questions: [{ type, name }] })

test('says what it would say each time, under the id of each question', () => {
  const [zone, answer] = [zoneWith('10.224.0.2'), createAnswering({ recursion: false })]
  const packets = [1, 2, 3].flatMap((id) => [
    question(id, 'web.tea.test'),
    question(id, 'WEB.tea.test'),
    question(id, 'web.tea.test', 'AAAA'),
    question(id, 'nothing.tea2.test'),
    question(id, 'example.com'),
    Buffer.from([id, id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([id, id]),
    Buffer.from([id, id, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ])
  for (const transport of ['udp', 'tcp'] as const)
    for (const packet of packets)
      expect(answer(packet, zone, transport)).toEqual(respond(packet, zone, { transport, recursion: false }))
})

test('a new zone is answered from at once', () => {
  const answer = createAnswering({ recursion: false })
  const addresses = ['10.224.0.2', '10.224.0.3'].map((address) => {
    const response = answer(question(7, 'web.tea.test'), zoneWith(address), 'udp')
    return response.kind === 'answer' ? dnsPacket.decode(response.packet).answers?.[0] : undefined
  })
  expect(addresses).toMatchObject([{ data: '10.224.0.2' }, { data: '10.224.0.3' }])
})

test('an answer on its way is not changed by the next', () => {
  const [zone, answer] = [zoneWith('10.224.0.2'), createAnswering({ recursion: false })]
  const ids = [1, 2, 3].map((id) => answer(question(id, 'web.tea.test'), zone, 'udp'))
  expect(ids.map((response) => (response.kind === 'drop' ? 0 : response.packet.readUInt16BE(0)))).toEqual([1, 2, 3])
})
