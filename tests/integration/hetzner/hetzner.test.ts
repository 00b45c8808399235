/** The client of the Hetzner Cloud API against a stand-in that takes only what the documentation says. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHetzner } from '../../../src/adapters/hetzner/hetzner.ts'
import type { Provider, ServerRequest } from '../../../src/core/ports/provider.ts'
import { type HetznerStandIn, raiseHetzner } from '../../support/hetzner-stand-in.ts'
import { createTestClock, type TestClock } from '../../support/waiting-clock.ts'

const signal = new AbortController().signal
const request: ServerRequest = {
  name: 'big-box',
  type: 'cx22',
  region: 'nbg1',
  image: 'debian-13',
  publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE ada@laptop',
  firstBoot: '#!/bin/sh\ntrue\n',
  mark: 'abc123-big-box',
}

let hetzner: HetznerStandIn
let clock: TestClock
let provider: Provider
beforeEach(async () => {
  hetzner = await raiseHetzner()
  clock = createTestClock()
  provider = createHetzner({ endpoint: hetzner.endpoint, token: hetzner.token, clock })
})
afterEach(() => hetzner.close())

describe('a server', () => {
  test('is made as asked, waited for, stopped, started and removed', async () => {
    hetzner.slow(3)
    const made = await provider.createServer(request, signal)
    expect(made).toMatchObject({ name: 'big-box', state: 'running', type: 'cx22', region: 'nbg1' })
    expect(made.address).toMatch(/^203\.0\.113\./)
    const [kept] = [...hetzner.servers.values()]
    expect(kept).toMatchObject({ image: 'debian-13', userData: request.firstBoot, keys: [...hetzner.keys.keys()] })
    await provider.stopServer(made.id, signal)
    await provider.stopServer(made.id, signal)
    expect((await provider.server(made.id, signal))?.state).toBe('stopped')
    await provider.startServer(made.id, signal)
    await provider.startServer(made.id, signal)
    expect((await provider.server(made.id, signal))?.state).toBe('running')
    await provider.deleteServer(made.id, signal)
    await provider.deleteServer(made.id, signal)
    expect(await provider.server(made.id, signal)).toBeUndefined()
    expect(hetzner.servers.size).toBe(0)
  })

  test('that is there is not made again, on whatever page of the list it is', async () => {
    const made = await provider.createServer(request, signal)
    const model = [...hetzner.servers.values()][0]
    if (model === undefined) throw new Error('no server was made')
    for (let id = 1; id < 99; id++) hetzner.keys.set(id, { name: `k${id}`, publicKey: `ssh-ed25519 AAAA${id} x` })
    expect(await provider.createServer(request, signal)).toEqual(made)
    await provider.createServer({ ...request, name: 'other', mark: 'abc123-other' }, signal)
    expect(hetzner.requests.filter((name) => name === 'POST /ssh_keys')).toHaveLength(1)
    expect(hetzner.servers.size).toBe(2)
  })

  test('is found when the answer to its making was lost, and not made twice', async () => {
    hetzner.lose('POST /servers')
    const made = await provider.createServer(request, signal)
    expect(made.name).toBe('big-box')
    expect(hetzner.requests.filter((name) => name === 'POST /servers')).toHaveLength(1)
    expect(hetzner.servers.size).toBe(1)
  })

  test('that could not be made is not left behind', async () => {
    hetzner.failAction('start_server', { code: 'resource_unavailable', message: 'no such hardware free' })
    await expect(provider.createServer(request, signal)).rejects.toMatchObject({
      code: 'PROVIDER_CAPACITY',
      message: 'Hetzner: start_server: no such hardware free',
    })
    expect(hetzner.servers.size).toBe(0)
  })

  test('whose system ignores the power button is stopped all the same', async () => {
    const made = await provider.createServer(request, signal)
    hetzner.ignoreShutdown()
    await provider.stopServer(made.id, signal)
    expect((await provider.server(made.id, signal))?.state).toBe('stopped')
    expect(hetzner.requests).toContain(`POST /servers/${made.id}/actions/poweroff`)
  })
})

describe('the API', () => {
  test('is asked again when its limit has passed, not before', async () => {
    hetzner.limit(2, 5)
    await provider.createServer(request, signal)
    expect(clock.waited.length).toBeGreaterThanOrEqual(2)
    for (const pause of clock.waited.slice(0, 2)) expect(pause).toBeGreaterThanOrEqual(1000)
    expect(hetzner.servers.size).toBe(1)
  })

  test('that stays at its limit is given up', async () => {
    hetzner.limit(1000, 3600)
    await expect(provider.server('1', signal)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(hetzner.requests).toHaveLength(6)
    expect(Math.max(...clock.waited)).toBeLessThanOrEqual(60_000)
  })

  test('that fails is asked again only for what may be done twice', async () => {
    hetzner.fail(2, 503, 'server_error')
    expect(await provider.marked('x', signal)).toBeUndefined()
    const made = await provider.createServer(request, signal)
    hetzner.fail(1, 502, 'bad_gateway')
    await expect(provider.startServer('1', signal)).rejects.toMatchObject({ code: 'PROVIDER_INVALID' })
    await provider.stopServer(made.id, signal)
  })

  test.each([
    [401, 'unauthorized', 'PROVIDER_DENIED'],
    [403, 'forbidden', 'PROVIDER_DENIED'],
    [403, 'token_readonly', 'PROVIDER_DENIED'],
    [422, 'invalid_input', 'PROVIDER_INVALID'],
    [403, 'resource_limit_exceeded', 'PROVIDER_CAPACITY'],
    [412, 'resource_unavailable', 'PROVIDER_CAPACITY'],
    [422, 'placement_error', 'PROVIDER_CAPACITY'],
    [409, 'uniqueness_error', 'PROVIDER_INVALID'],
    [403, 'protected', 'PROVIDER_FAILED'],
    [418, 'a_new_word', 'PROVIDER_FAILED'],
  ])('%i %s is %s', async (status, code, ours) => {
    hetzner.fail(1, status, code)
    await expect(provider.createServer(request, signal)).rejects.toMatchObject({ code: ours, details: { code } })
    expect(hetzner.requests).toHaveLength(1)
  })

  test('says what it did not like', async () => {
    await expect(provider.createServer({ ...request, type: 'cx9000' }, signal)).rejects.toMatchObject({
      code: 'PROVIDER_INVALID',
      message: 'Hetzner: server_type: server type not found',
    })
  })

  test('is not told a wrong token twice, nor is the token in what is said', async () => {
    const wrong = createHetzner({ endpoint: hetzner.endpoint, token: 'wrong-token-0123456789', clock })
    const failure = await wrong.marked('x', signal).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'PROVIDER_DENIED' })
    expect(JSON.stringify(failure)).not.toContain('wrong-token')
    expect(hetzner.requests).toHaveLength(1)
  })

  test('that is somebody else is not believed', async () => {
    const other = createHetzner({
      endpoint: hetzner.endpoint,
      token: hetzner.token,
      clock,
      fetch: () => Promise.resolve(new Response('{"server":{"id":"../../etc"}}', { status: 200 })),
    })
    await expect(other.server('1', signal)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    await expect(other.server('../x', signal)).rejects.toMatchObject({ code: 'PROVIDER_INVALID' })
  })

  test('is not waited for any longer than the caller does', async () => {
    const gone = new AbortController()
    gone.abort(new Error('left'))
    await expect(provider.createServer(request, gone.signal)).rejects.toThrow('left')
  })
})
