import { beforeEach, expect, test } from 'vitest'
import { createFakeDeployStore } from '../../../tests/fakes/fake-deploy-store.ts'
import { createBell } from '../../lib/bell.ts'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { addDomain, listDomains, removeDomain, requireDomains } from './app-domains.ts'
import type { AppRecord } from './model.ts'

type Deps = Parameters<typeof addDomain>[0]

let deps: Deps
let rung: AbortSignal
const app = (name: string, context = 'default'): AppRecord => ({
  id: `${name}-${context}`,
  name,
  context,
  live: null,
  lease: null,
  createdAt: '2026-01-01T00:00:00.000Z',
})
const acme = { email: null, directory: 'https://ca.example', staging: false, caFile: null, dnsHook: [] }
const tls = { address: '0.0.0.0', port: 443, hstsSeconds: null, acme: { ...acme, challenge: 'http-01' as const } }

beforeEach(async () => {
  const deploys = createFakeDeployStore()
  for (const one of [app('shop'), app('blog'), app('shop', 'acme')]) await deploys.saveApp(one)
  const domainsChange = createBell()
  rung = domainsChange.next()
  const ingressSettings = { image: 'x', address: '0.0.0.0', httpPort: 80, tls }
  // the ingress does not run: nothing is to be told to it
  const engine = { containers: async () => [] }
  const nowhere = { files: { readText: async () => undefined }, paths: { ingress: '/nowhere' } }
  const rest = {
    ...nowhere,
    homeId: 'h',
    locks: createKeyedLock(),
    ordering: new Map(),
    clock: { now: () => new Date(0) },
  }
  deps = { store: { deploys }, domainsChange, ingressSettings, engine, ...rest } as unknown as Deps
})

const add = (name: string, domain: string, context = 'default') => addDomain(deps, { context, app: name, domain })
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code: string }) => error.code,
  )

test('a name is one app’s on a machine, whatever its context; given back it is free', async () => {
  await add('shop', 'Shop.Example.com')
  expect(rung.aborted).toBe(true)
  expect(await listDomains(deps, 'default', 'shop')).toMatchObject([
    { domain: 'shop.example.com', source: 'machine', url: 'http://shop.example.com' },
  ])
  expect(await code(add('blog', 'shop.example.com'))).toBe('DOMAIN_TAKEN')
  expect(await code(add('shop', 'shop.example.com', 'acme'))).toBe('DOMAIN_TAKEN')
  expect(await code(requireDomains(deps, app('blog'), ['shop.example.com']))).toBe('DOMAIN_TAKEN')
  await add('shop', 'shop.example.com')
  const remove = () => removeDomain(deps, { context: 'default', app: 'shop', domain: 'shop.example.com' })
  await remove()
  expect(await code(remove())).toBe('DOMAIN_NOT_FOUND')
  expect(await code(add('blog', 'shop.example.com'))).toBe('done')
})

test('the name an app has by itself is its own as well', async () => {
  expect(await code(add('blog', 'shop.localhost'))).toBe('DOMAIN_TAKEN')
  expect(await code(add('nobody', 'x.example.com'))).toBe('APP_NOT_FOUND')
})

test('a wildcard has no certificate by http-01', async () =>
  expect(await code(add('shop', '*.example.com'))).toBe('DOMAIN_INVALID'))

test.each([
  'x`) || Host(`y',
  'x.com"',
  'x.com\nHost: y',
  '{env.HOME}',
  '$(id).com',
  'd1.shop.berth.internal',
  'X.com',
  'bücher.example',
])('a release from elsewhere cannot bring %j into a proxy’s configuration', async (domain) =>
  expect(await code(requireDomains(deps, app('shop'), [domain]))).toBe('DOMAIN_INVALID'),
)
