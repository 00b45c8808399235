import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { probe } from '../../../src/adapters/probe/probe.ts'
import type { ProbeTarget } from '../../../src/core/deploy/deps.ts'

/** Answers with the status that the query names, and the body `well`. */
const server = createServer((request, response) => {
  const status = Number(new URL(request.url ?? '', 'http://x').searchParams.get('status') ?? 200)
  response.writeHead(request.url === '/' ? 404 : status, { 'berth-deployment': 'd1' }).end('well')
})

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

const ask = (target: Partial<ProbeTarget>) =>
  probe({
    kind: 'http',
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    path: '/',
    host: 'shop.localhost',
    ...target,
  })

describe('over HTTP', () => {
  test('a root with nothing at it is an answer', async () => expect(await ask({})).toBeNull())

  test.each([
    [200, null],
    [204, null],
    [302, null],
    [400, 'it answers with status 400'],
    [404, 'it answers with status 404'],
    [500, 'it answers with status 500'],
  ])('a path that was chosen, and %i', async (status, expected) =>
    expect(await ask({ path: `/well?status=${status}` })).toBe(expected),
  )

  test('the deployment that answers', async () => {
    expect(await ask({ kind: 'header', expect: 'd1' })).toBeNull()
    expect(await ask({ kind: 'header', expect: 'd2' })).toBe('it answers with status 404')
  })

  test('what it says', async () => {
    expect(await ask({ kind: 'text', expect: 'well' })).toBeNull()
    expect(await ask({ kind: 'text', expect: 'ill' })).toBe('it answers with status 404')
  })

  test('a port where nobody listens', async () => expect(await ask({ port: 1 })).toContain('ECONNREFUSED'))
})

test('a connection', async () => {
  expect(await ask({ kind: 'tcp' })).toBeNull()
  expect(await ask({ kind: 'tcp', port: 1 })).toContain('ECONNREFUSED')
})
