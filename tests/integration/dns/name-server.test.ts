/** The name server as resolvers meet it: node's c-ares, raw packets, and a server above it. */
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import dnsPacket from 'dns-packet'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNameServer } from '../../../src/adapters/dns/name-server.ts'
import type { NamedEnv } from '../../../src/core/names/model.ts'
import { buildZone } from '../../../src/core/names/zone.ts'
import type { ListenAddress, NameServer } from '../../../src/core/ports/names.ts'
import { nameServerContract } from '../../contracts/name-server.ts'

const many = Array.from({ length: 60 }, (_, index) => `10.224.0.${index + 10}`)
const env = (name: string, address: string): NamedEnv => ({
  project: 'shop',
  env: name,
  createdAt: '2026-01-01T00:00:00Z',
  ingress: 'web',
  extraNames: [],
  services: [
    { service: 'web', ipv4: [address], ipv6: ['fd00::2'], ports: [3000] },
    { service: 'many', ipv4: many, ipv6: [], ports: [] },
  ],
})
const zoneOf = (suffix: string, ...envs: NamedEnv[]) => buildZone(envs, { suffix })

const faults: unknown[] = []
const open: NameServer[] = []
const serve = (zone = zoneOf('test', env('feat', '10.224.0.2'))) => {
  const server = createNameServer(zone, { onFault: (fault) => faults.push(fault) })
  open.push(server)
  return server
}
const localhost = { address: '127.0.0.1', port: 0 }
const resolverOf = ({ address, port }: ListenAddress) => {
  const resolver = new Resolver({ timeout: 5000, tries: 1 })
  resolver.setServers([address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`])
  return resolver
}

beforeEach(() => {
  faults.length = 0
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
  expect(faults).toEqual([])
})

describe('the contract', () =>
  nameServerContract({
    serve,
    ask: (at, name) =>
      resolverOf(at)
        .resolve4(name)
        .catch(({ code }: NodeJS.ErrnoException) => String(code)),
  }))

describe('one server', () => {
  test('answers A, AAAA, SRV, PTR; NXDOMAIN below the suffix; refuses the rest', async () => {
    const resolver = resolverOf(await serve().listen(localhost))
    expect(await resolver.resolve4('web.feat.test', { ttl: true })).toEqual([{ address: '10.224.0.2', ttl: 1 }])
    expect(await resolver.resolve6('shop.feat.test')).toEqual(['fd00::2'])
    expect(await resolver.resolveSrv('_http._tcp.web.feat.test')).toMatchObject([{ name: 'web.feat.test', port: 3000 }])
    expect(await resolver.reverse('10.224.0.2')).toEqual(['web.feat.test'])
    await expect(resolver.resolve4('nobody.feat.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolveTxt('web.feat.test')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolve4('example.com')).rejects.toMatchObject({ code: 'EREFUSED' })
    await expect(resolver.resolvePtr('7.7.224.10.in-addr.arpa')).rejects.toMatchObject({ code: 'EREFUSED' })
  })

  test('an answer too large for UDP comes over TCP', async () => {
    const resolver = resolverOf(await serve().listen(localhost))
    expect((await resolver.resolve4('many.feat.test')).toSorted()).toEqual(many.toSorted())
  })

  test('takes many questions on one TCP connection, in pieces of any size', async () => {
    const at = await serve().listen(localhost)
    const question = (id: number) =>
      dnsPacket.streamEncode({ type: 'query', id, questions: [{ type: 'A', name: 'web.feat.test' }] })
    const all = Buffer.concat(Array.from({ length: 200 }, (_, id) => question(id)))
    const socket = connect({ host: at.address, port: at.port })
    for (let at = 0; at < all.length; at += 701) socket.write(all.subarray(at, at + 701))
    let read = Buffer.alloc(0)
    const ids: number[] = []
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      read = Buffer.concat([read, chunk])
      for (
        ;
        read.length >= 2 && read.length >= 2 + read.readUInt16BE(0);
        read = read.subarray(2 + read.readUInt16BE(0))
      ) {
        ids.push(dnsPacket.streamDecode(read).id ?? -1)
      }
      if (ids.length === 200) break
    }
    expect(ids).toEqual(Array.from({ length: 200 }, (_, id) => id))
  })

  test('goes on after garbage on either transport', async () => {
    const at = await serve().listen(localhost)
    const socket = createSocket('udp4')
    for (let length = 0; length < 100; length++) socket.send(Buffer.alloc(length, length), at.port, at.address)
    const stream = connect({ host: at.address, port: at.port })
    stream.end(Buffer.alloc(3000, 0xff))
    await once(stream, 'connect')
    expect(await resolverOf(at).resolve4('web.feat.test')).toEqual(['10.224.0.2'])
    socket.close()
    stream.destroy()
  })

  test('listens on IPv6 too', async () => {
    const at = await serve().listen({ address: '::1', port: 0 })
    expect(await resolverOf(at).resolve4('web.feat.test')).toEqual(['10.224.0.2'])
  })

  test('a port in use is reported, and neither transport stays open', async () => {
    const holder = createSocket('udp4').bind(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address()
    await expect(serve().listen({ address: '127.0.0.1', port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    const tcp = createServer().listen(port, '127.0.0.1')
    await once(tcp, 'listening')
    tcp.close()
    holder.close()
  })
})

describe('forwarding', () => {
  const upstreamZone = () => zoneOf('example', env('feat', '192.0.2.7'))

  test('asks the name servers above for everything outside the suffix, over UDP and TCP', async () => {
    const upstream = await serve(upstreamZone()).listen(localhost)
    const resolver = resolverOf(await serve().listen(localhost, { forwardTo: () => [upstream] }))
    expect(await resolver.resolve4('web.feat.example')).toEqual(['192.0.2.7'])
    expect(await resolver.resolve4('many.feat.example')).toHaveLength(60)
    expect(await resolver.resolve4('web.feat.test')).toEqual(['10.224.0.2'])
    await expect(resolver.resolve4('nobody.feat.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolve4('nobody.feat.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test('goes on to the next server when one is dead or refuses', async () => {
    const dead = createSocket('udp4').bind(0, '127.0.0.1')
    await once(dead, 'listening')
    const deadAt = { address: '127.0.0.1', port: dead.address().port }
    dead.close()
    await once(dead, 'close')
    const refuses = await serve().listen(localhost)
    const knows = await serve(upstreamZone()).listen(localhost)
    const at = await serve().listen(localhost, { forwardTo: () => [deadAt, refuses, knows] })
    expect(await resolverOf(at).resolve4('web.feat.example')).toEqual(['192.0.2.7'])
  })

  test('says SERVFAIL when no server answers in time, and answers its own names meanwhile', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    await once(silent, 'listening')
    const at = await serve().listen(localhost, {
      forwardTo: () => [{ address: '127.0.0.1', port: silent.address().port }],
    })
    const foreign = expect(resolverOf(at).resolve4('example.com')).rejects.toMatchObject({ code: 'ESERVFAIL' })
    expect(await resolverOf(at).resolve4('web.feat.test')).toEqual(['10.224.0.2'])
    await foreign
    silent.close()
  })

  test('two servers that forward to each other make no storm', async () => {
    const ports: ListenAddress[] = []
    const one = await serve().listen(localhost, { forwardTo: () => ports.slice(1) })
    const two = await serve().listen(localhost, { forwardTo: () => ports.slice(0, 1) })
    ports.push(one, two)
    await expect(resolverOf(one).resolve4('example.com')).rejects.toMatchObject({ code: 'ESERVFAIL' })
  })

  test('never asks itself', async () => {
    const own: ListenAddress[] = []
    const at = await serve().listen(localhost, { forwardTo: () => own })
    own.push(at)
    const before = Date.now()
    await expect(resolverOf(at).resolve4('example.com')).rejects.toMatchObject({ code: 'ESERVFAIL' })
    expect(Date.now() - before).toBeLessThan(1900)
  })
})
