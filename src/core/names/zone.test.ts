import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reverseName } from './domain-name.ts'
import type { NamedEnv } from './model.ts'
import { buildZone } from './zone.ts'

const env = (given: Partial<NamedEnv> = {}): NamedEnv => ({
  project: 'shop',
  env: 'feat',
  createdAt: '2026-01-01T00:00:00Z',
  ingress: 'web',
  extraNames: [],
  services: [
    { service: 'web', ipv4: ['10.224.0.2', '10.224.0.3'], ipv6: ['fd00:e::2'], ports: [3000, 9229] },
    { service: 'db', ipv4: ['10.224.0.4'], ipv6: [], ports: [5432] },
  ],
  ...given,
})
const zone = (...envs: NamedEnv[]) => buildZone(envs, { suffix: 'test' })
const addresses = (of: ReturnType<typeof zone>, name: string, type = 'A') => {
  const answer = of.lookup(name, type)
  return answer.kind === 'records' ? answer.records.map((record) => 'data' in record && record.data) : answer.kind
}

describe('names of one env', () => {
  const one = zone(env())
  const web = ['10.224.0.2', '10.224.0.3']

  test.each([
    ['web.feat.test', web],
    ['shop.feat.test', web],
    ['feat.test', web],
    ['web.feat.shop.test', web],
    ['feat.shop.test', web],
    ['tenant.web.feat.test', web],
    ['a.b.web.feat.test', web],
    ['WEB.Feat.TEST.', web],
    ['db.feat.test', ['10.224.0.4']],
    ['nobody.feat.test', 'no-name'],
    ['x.nobody.feat.test', 'no-name'],
    ['_dmarc.web.feat.test', 'no-name'],
    ['shop.test', 'no-data'],
    ['test', 'no-data'],
    ['berth-check.test', ['127.0.0.1']],
    ['example.com', 'refused'],
    ['contest', 'refused'],
    ['.', 'refused'],
    ['', 'refused'],
  ])('%s → %j', (name, expected) => expect(addresses(one, name)).toEqual(expected))

  test('other types of a name that exists', () => {
    expect(addresses(one, 'web.feat.test', 'AAAA')).toEqual(['fd00:e::2'])
    expect(addresses(one, 'db.feat.test', 'AAAA')).toBe('no-data')
    expect(addresses(one, 'web.feat.test', 'MX')).toBe('no-data')
    expect(addresses(one, 'web.feat.test', 'ANY')).toEqual([...web, 'fd00:e::2'])
    expect(one.lookup('test', 'SOA')).toEqual({ kind: 'records', records: [{ type: 'SOA' }] })
  })

  test('SRV by number, by name, and http for the first port', () => {
    const port = (name: string, type = 'SRV') => {
      const answer = one.lookup(name, type)
      return answer.kind === 'records' ? answer.records : answer.kind
    }
    const web3000 = [{ type: 'SRV', port: 3000, target: 'web.feat.test' }]
    expect(port('_3000._tcp.web.feat.test')).toEqual(web3000)
    expect(port('_http._tcp.web.feat.test')).toEqual(web3000)
    expect(port('_http._tcp.feat.test')).toEqual(web3000)
    expect(port('_9229._tcp.web.feat.test')).toEqual([{ type: 'SRV', port: 9229, target: 'web.feat.test' }])
    expect(port('_postgresql._tcp.db.feat.test')).toEqual([{ type: 'SRV', port: 5432, target: 'db.feat.test' }])
    expect(port('_http._tcp.db.feat.test')).toBe('no-name')
    expect(port('_4000._tcp.web.feat.test')).toBe('no-name')
    expect(port('_3000._udp.web.feat.test')).toBe('no-name')
    expect(port('_3000._tcp.web.feat.test', 'A')).toBe('no-data')
    expect(port('_tcp.web.feat.test')).toBe('no-data')
    expect(port('_tcp.nobody.feat.test')).toBe('no-name')
  })

  test('PTR of its addresses, and of no other', () => {
    expect(addresses(one, '3.0.224.10.in-addr.arpa', 'PTR')).toEqual(['web.feat.test'])
    const ip6 = '2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.0.0.0.0.0.d.f.ip6.arpa'
    expect(addresses(one, ip6, 'PTR')).toEqual(['web.feat.test'])
    expect(addresses(one, '3.0.224.10.in-addr.arpa', 'A')).toBe('no-data')
    expect(addresses(one, '9.0.224.10.in-addr.arpa', 'PTR')).toBe('refused')
    expect(addresses(one, '224.10.in-addr.arpa', 'PTR')).toBe('refused')
  })

  test('an env that is down keeps its names, without addresses', () => {
    const down = zone(env({ services: [{ service: 'web', ipv4: [], ipv6: [], ports: [] }] }))
    expect(addresses(down, 'web.feat.test')).toBe('no-data')
    expect(addresses(down, 'feat.test')).toBe('no-data')
    expect(addresses(zone(env({ ingress: null })), 'feat.test')).toBe('no-data')
  })

  test('another suffix', () => {
    const other = buildZone([env()], { suffix: 'Dev.Example.' })
    expect(other.find('web.feat.dev.example')?.name).toBe('web.feat.dev.example')
    expect(other.lookup('web.feat.test', 'A')).toEqual({ kind: 'refused' })
    expect(other.lookup('example', 'A')).toEqual({ kind: 'refused' })
  })
})

describe('clashes', () => {
  const service = (name: string, address: string) => ({ service: name, ipv4: [address], ipv6: [], ports: [80] })

  test('two projects with an env of one name: short names are the older one’s, long ones reach both', () => {
    const older = env({ createdAt: '2026-01-01T00:00:00Z', services: [service('web', '10.224.1.1')] })
    const younger = env({
      project: 'blog',
      createdAt: '2026-02-01T00:00:00Z',
      services: [service('web', '10.224.2.1'), service('api', '10.224.2.2')],
    })
    for (const both of [zone(older, younger), zone(younger, older)]) {
      expect(addresses(both, 'web.feat.test')).toEqual(['10.224.1.1'])
      expect(addresses(both, 'feat.test')).toEqual(['10.224.1.1'])
      expect(addresses(both, 'api.feat.test')).toBe('no-name')
      expect(addresses(both, 'blog.feat.test')).toBe('no-name')
      expect(addresses(both, 'web.feat.shop.test')).toEqual(['10.224.1.1'])
      expect(addresses(both, 'web.feat.blog.test')).toEqual(['10.224.2.1'])
      expect(addresses(both, 'feat.blog.test')).toEqual(['10.224.2.1'])
      expect(addresses(both, '1.2.224.10.in-addr.arpa', 'PTR')).toEqual(['web.feat.blog.test'])
    }
  })

  test('a service named like the project wins over the project', () => {
    const clash = zone(env({ services: [service('web', '10.224.1.1'), service('shop', '10.224.1.2')] }))
    expect(addresses(clash, 'shop.feat.test')).toEqual(['10.224.1.2'])
    expect(addresses(clash, 'feat.test')).toEqual(['10.224.1.1'])
  })

  test('a long name wins over the wildcard below a service', () => {
    const wild = env({ project: 'other', env: 'shop', services: [service('feat', '10.224.9.9')] })
    const both = zone(env(), wild)
    expect(addresses(both, 'web.feat.shop.test')).toEqual(['10.224.0.2', '10.224.0.3'])
    expect(addresses(both, 'x.feat.shop.test')).toEqual(['10.224.9.9'])
    expect(addresses(both, 'feat.shop.test')).toEqual(['10.224.9.9'])
  })
})

describe('extra names', () => {
  const extra = (...extraNames: string[]) => zone(env({ extraNames }))

  test('lead to the ingress, wildcards too', () => {
    const some = extra('admin.shop.test', '*.tenants.test')
    expect(some.find('admin.shop.test')?.service).toBe('web')
    expect(some.find('acme.tenants.test')?.service).toBe('web')
    expect(addresses(some, 'tenants.test')).toBe('no-data')
    expect(addresses(some, 'x.admin.shop.test')).toBe('no-name')
  })

  test('not below the suffix stand below the env, so that each env has its own', () => {
    const some = zone(env({ extraNames: ['admin', '*.tenants'] }), env({ env: 'other', extraNames: ['admin'] }))
    for (const name of ['admin.feat.test', 'admin.feat.shop.test', 'acme.tenants.feat.test']) {
      expect(some.find(name)).toMatchObject({ env: 'feat', service: 'web' })
    }
    expect(some.find('admin.other.test')).toMatchObject({ env: 'other', service: 'web' })
    expect(addresses(some, 'admin.test')).toBe('no-name')
  })

  test('cannot take names outside the suffix, the suffix itself, or the name of a service', () => {
    const some = extra('github.com', 'test', '*.test.com', 'db.feat.test', 'db', '')
    expect(addresses(some, 'github.com')).toBe('refused')
    expect(some.find('github.com.feat.test')?.service).toBe('web')
    expect(addresses(some, 'test')).toBe('no-data')
    expect(some.find('db.feat.test')?.service).toBe('db')
  })

  test('given under one suffix serve under another too', () => {
    const proxy = buildZone([env({ extraNames: ['admin.test', '*.tenants.test', 'own.localhost', 'a.example'] })], {
      suffix: 'localhost',
      extraNamesUnder: 'test',
    })
    for (const name of ['admin.localhost', 'acme.tenants.localhost', 'own.localhost', 'web.feat.localhost']) {
      expect(proxy.find(name)?.service).toBe('web')
    }
    expect(proxy.find('admin.test')).toBeUndefined()
    expect(proxy.find('a.localhost')).toBeUndefined()
  })

  test('cannot catch everything below the suffix', () => {
    expect(addresses(extra('*.test'), 'anything.test')).toBe('no-name')
  })
})

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const someEnv = fc.record({
  project: label,
  env: label,
  createdAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
  ingress: fc.option(label),
  extraNames: fc.array(fc.string({ maxLength: 20 }), { maxLength: 2 }),
  services: fc.uniqueArray(
    fc.record({
      service: fc.oneof(label, fc.string({ maxLength: 12 })),
      ipv4: fc.array(fc.ipV4(), { maxLength: 3 }),
      ipv6: fc.array(fc.ipV6(), { maxLength: 1 }),
      ports: fc.array(fc.nat(65_535), { maxLength: 2 }),
    }),
    { selector: ({ service }) => service.toLowerCase(), maxLength: 4 },
  ),
})
const someEnvs = fc.uniqueArray(someEnv, { selector: ({ project, env }) => `${project}/${env}`, maxLength: 6 })

describe('laws', () => {
  test('whatever is asked, outside the suffix only addresses of our own are answered for', () => {
    fc.assert(
      fc.property(
        someEnvs,
        fc.oneof(fc.domain(), fc.string()),
        fc.constantFrom('A', 'PTR', 'ANY'),
        (envs, name, type) => {
          fc.pre(!/\.?test\.*$/i.test(name))
          expect(zone(...envs).lookup(name, type).kind).toBe('refused')
        },
      ),
    )
  })

  test('every target is found under its own name, and its addresses lead back to a name with that address', () => {
    fc.assert(
      fc.property(someEnvs, (envs) => {
        const all = zone(...envs)
        for (const target of all.targets()) {
          expect(all.find(target.name)).toBeDefined()
          for (const address of target.ipv4) {
            const back = addresses(all, reverseName(address) ?? '', 'PTR')
            expect(all.find(String(back[0]))?.ipv4).toContain(address)
          }
        }
      }),
    )
  })

  test('the order in which envs are given does not matter', () => {
    fc.assert(
      fc.property(someEnvs, label, label, (envs, one, two) => {
        const [there, back] = [zone(...envs), zone(...envs.toReversed())]
        const names = envs.flatMap((each) => [`${each.env}.test`, `${each.project}.${each.env}.test`])
        for (const name of [...names, `${one}.test`, `${one}.${two}.test`]) {
          expect(there.lookup(name, 'A')).toEqual(back.lookup(name, 'A'))
        }
      }),
    )
  })

  test('a name above one that exists exists', () => {
    fc.assert(
      fc.property(someEnvs, (envs) => {
        const all = zone(...envs)
        for (const { name } of all.targets()) {
          for (let above = name; above.includes('.'); ) {
            above = above.slice(above.indexOf('.') + 1)
            expect(all.lookup(above, 'TXT').kind).toBe('no-data')
          }
        }
      }),
    )
  })
})
