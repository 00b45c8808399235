/** The *.localhost proxy between a real client and real services. */
import type { IncomingMessage, Server } from 'node:http'
import { describe, expect, test } from 'vitest'
import { ask, askRaw, portOf, proxyFor, service, zoneWith } from './services.ts'

const echoes = (request: IncomingMessage) =>
  JSON.stringify({ method: request.method, url: request.url, headers: request.headers, raw: request.rawHeaders })
const echoService = () => service((request, response) => response.end(echoes(request)))
const proxyOf = async (server: Server) => proxyFor(zoneWith([{ service: 'web', port: portOf(server) }]))

describe('where a request goes', () => {
  test.each([
    'web.feat.localhost',
    'shop.feat.localhost',
    'feat.localhost',
    'web.feat.shop.localhost',
    'a.WEB.feat.LocalHost.',
  ])('%s leads to the service, with any port in the Host header', async (host) => {
    const { port } = await proxyOf(await echoService())
    for (const given of [host, `${host}:${port}`, `${host}:80`]) {
      const { status, body } = await ask(port, { path: '/a?b=%20c', headers: { Host: given } })
      expect({ status, ...JSON.parse(body) }).toMatchObject({ status: 200, method: 'GET', url: '/a?b=%20c' })
      expect(JSON.parse(body).headers.host).toBe(given)
    }
  })

  test('on ::1 as on 127.0.0.1', async () => {
    const { port } = await proxyOf(await echoService())
    expect(await ask(port, { host: '::1' })).toMatchObject({ status: 200 })
  })

  test('a new zone counts from the next request on', async () => {
    const { proxy, port } = await proxyOf(await echoService())
    const other = await service((_request, response) => response.end('other'))
    proxy.update(zoneWith([{ service: 'web', port: portOf(other) }]))
    expect((await ask(port)).body).toBe('other')
  })

  test('replicas take turns, and one that is down is passed over', async () => {
    const first = await service((_request, response) => response.end('first'), { address: '127.0.0.2', port: 0 })
    const port = portOf(first)
    await service((_request, response) => response.end('second'), { address: '127.0.0.3', port })
    const ipv4 = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
    const { port: at } = await proxyFor(zoneWith([{ service: 'web', port, ipv4 }]))
    const answers = new Set<string>()
    for (let turn = 0; turn < 6; turn++) answers.add((await ask(at, { method: 'POST', body: 'x' })).body)
    expect(answers).toEqual(new Set(['first', 'second']))
  })

  test('a service with IPv6 alone', async () => {
    const server = await service((_request, response) => response.end('six'), { address: '::1', port: 0 })
    const { port } = await proxyFor(zoneWith([{ service: 'web', port: portOf(server), ipv4: [], ipv6: ['::1'] }]))
    expect((await ask(port)).body).toBe('six')
  })
})

describe('heads', () => {
  test('the service sees who asked for what, and nothing meant for the connection', async () => {
    const { port } = await proxyOf(await echoService())
    const headers = {
      Connection: 'close, X-Hop',
      'X-Hop': '1',
      'Keep-Alive': 'timeout=1',
      'Proxy-Authorization': 'secret',
      TE: 'trailers',
      'X-Forwarded-For': '192.0.2.1',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil.example',
      'X-MiXed': 'kept',
    }
    const seen = JSON.parse((await ask(port, { headers })).body)
    expect(seen.headers).toMatchObject({
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
      'x-forwarded-host': `web.feat.localhost:${port}`,
      'x-forwarded-proto': 'http',
    })
    expect(seen.raw).toContain('X-MiXed')
    for (const name of ['x-hop', 'keep-alive', 'proxy-authorization', 'te'])
      expect(seen.headers).not.toHaveProperty(name)
  })

  test('the client sees the reply as the service gave it', async () => {
    const server = await service((_request, response) => {
      response.sendDate = false
      response.writeHead(418, 'Short and stout', [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Hop', '1'],
        ['Connection', 'X-Hop'],
        ['X-Latin', 'caf\u00e9'],
      ])
      response.end(Buffer.from('tea'))
    })
    const { port } = await proxyOf(server)
    const text = await askRaw(port, `GET / HTTP/1.1\r\nHost: web.feat.localhost\r\nConnection: close\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1.1 418 Short and stout\r\n/)
    expect(text).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n')
    expect(text).toContain('X-Latin: caf\u00e9\r\n')
    expect(text).not.toMatch(/X-Hop|Date:/i)
  })

  test('HEAD, 204, 304 and trailers', async () => {
    const server = await service((request, response) => {
      if (request.url === '/trailers') {
        response.writeHead(200, { Trailer: 'X-Sum' })
        response.write('body')
        response.addTrailers({ 'X-Sum': '42' })
        response.end()
      } else response.writeHead(Number(request.url?.slice(1)), { 'X-Seen': '1' }).end()
    })
    const { port } = await proxyOf(server)
    expect(await ask(port, { path: '/204' })).toMatchObject({ status: 204, body: '', headers: { 'x-seen': '1' } })
    expect(await ask(port, { path: '/304' })).toMatchObject({ status: 304, body: '' })
    expect(await ask(port, { path: '/200', method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
    expect((await ask(port, { path: '/trailers' })).trailers).toEqual({ 'x-sum': '42' })
  })
})

describe('request smuggling', () => {
  const seen: string[] = []
  const listening = async () => {
    seen.length = 0
    const server = await service((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${body}`)
        response.end('ok')
      })
    })
    return proxyOf(server)
  }
  const host = 'Host: web.feat.localhost\r\n'
  const inner = `GET /smuggled HTTP/1.1\r\n${host}\r\n`

  test.each([
    [
      'length and chunks',
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    ],
    ['two lengths', `POST / HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
    ['an odd coding', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a broken coding', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
    ['two hosts', `GET / HTTP/1.1\r\n${host}Host: other.localhost\r\n\r\n`],
    ['no host', `GET / HTTP/1.1\r\n\r\n`],
    ['a whole URL', `GET http://other.localhost/ HTTP/1.1\r\n${host}\r\n`],
    ['a space before the colon', `GET / HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\nhello`],
    ['a bare line feed', `GET / HTTP/1.1\nHost: web.feat.localhost\n\n`],
  ])('%s: refused, and nothing reaches the service', async (_label, bytes) => {
    const { port } = await listening()
    const text = await askRaw(port, bytes.replace(host, `${host}Connection: close\r\n`))
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect(seen).toEqual([])
  })

  test('the body of a GET stays the body of that GET', async () => {
    const { port } = await listening()
    const size = inner.length.toString(16)
    const chunked = `GET /a HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${size}\r\n${inner}\r\n0\r\n\r\n`
    const measured = `DELETE /b HTTP/1.1\r\n${host}Content-Length: ${inner.length}\r\nConnection: close\r\n\r\n${inner}`
    await askRaw(port, chunked + measured)
    expect(seen).toEqual([`GET /a ${inner}`, `DELETE /b ${inner}`])
  })
})

describe('pages of its own', () => {
  const two = () => zoneWith([{ service: 'web', port: 1 }, { service: 'db' }, { service: 'off', port: 80, ipv4: [] }])
  const json = { Accept: 'application/json' }

  test('a name no env has: 404 with those there are', async () => {
    const { port } = await proxyFor(two())
    const Host = `<b>"x".localhost:${port}`
    const page = await ask(port, { headers: { Host } })
    expect(page).toMatchObject({ status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(page.body).toContain(`<a href="http://web.feat.localhost:${port}/">`)
    expect(page.body).not.toContain('<b>')
    const machine = JSON.parse((await ask(port, { headers: { Host: 'x.localhost', ...json } })).body)
    expect(machine).toMatchObject({
      ok: false,
      error: { code: 'ENV_NOT_FOUND', hint: 'berth ls shows the envs there are' },
    })
    expect(machine.error.details.names[0]).toMatchObject({ project: 'shop', env: 'feat', service: 'web' })
  })

  test('its own name: the list', async () => {
    const { port } = await proxyFor(two())
    for (const Host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      const page = await ask(port, { headers: { Host, ...json } })
      expect(page.status).toBe(200)
      expect(JSON.parse(page.body).data.names).toHaveLength(3)
    }
  })

  test('a foreign name, as DNS rebinding sends it: 421, and not a word about what there is', async () => {
    const { port } = await proxyFor(two())
    for (const Host of ['evil.example', 'web.feat.localhost.evil.example', 'web.feat.test', 'xlocalhost']) {
      const page = await ask(port, { headers: { Host } })
      expect(page.status).toBe(421)
      expect(page.body).not.toMatch(/web\.feat|shop/)
    }
  })

  test.each([
    ['web', 502, 'SERVICE_UNREACHABLE', /web of env feat did not answer on port 1: connect ECONNREFUSED/],
    ['db', 502, 'SERVICE_UNREACHABLE', /has no port/],
    ['off', 503, 'SERVICE_NOT_RUNNING', /off of env feat is not running/],
  ])('%s: %i %s', async (name, status, code, message) => {
    const { port } = await proxyFor(two())
    const page = await ask(port, { headers: { Host: `${name}.feat.localhost`, ...json } })
    expect(page.status).toBe(status)
    expect(JSON.parse(page.body).error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('a service that speaks something else: where to find it', async () => {
    const { port } = await proxyFor(zoneWith([{ service: 'db', port: 5432 }]))
    const page = await ask(port, { headers: { Host: 'db.feat.localhost', ...json } })
    expect(JSON.parse(page.body).error.hint).toBe('it does not look like HTTP; berth url feat db gives its address')
    expect((await ask(port, { headers: { Host: 'db.feat.localhost' } })).body).not.toContain('No env is up')
  })

  test('a port in use is reported', async () => {
    const { port } = await proxyFor(two())
    const { proxy } = await proxyFor(two())
    await expect(proxy.listen(port)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  })
})
