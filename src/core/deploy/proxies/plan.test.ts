import { expect, test } from 'vitest'
import { caddy } from '../../../adapters/caddy/caddy.ts'
import { clashes, describeIngressPlan, type ProxyService, planIngress, publishedPorts } from './plan.ts'
import { type ProxyRecord, recordOf } from './record.ts'

interface Wish {
  image?: string
  address?: string
  port?: number
  tls?: boolean
}

/** The service of a proxy by these settings. */
const wish =
  ({ image = 'caddy:2', address = '127.0.0.1', port = 8080, tls = false }: Wish) =>
  (proxy: Pick<ProxyRecord, 'httpPort' | 'tlsPort'>): ProxyService => {
    const secure = tls ? { address, port: 8443, hstsSeconds: null, acme: null as never } : null
    const settings = { image, address, httpPort: port, tls: secure, drainSeconds: 30 }
    const options = { image, directory: '/d', isSecure: tls, migratesConnections: true }
    return {
      ...caddy.service(options, { ...proxy, isLeaving: false }),
      ports: publishedPorts(settings, { http: proxy.httpPort, tls: proxy.tlsPort }),
    }
  }

const first = { httpPort: 80, tlsPort: 443 }
const record = recordOf('proxy')
const standing = { record, services: { proxy: wish({})(first) } }
const isService = (service: Record<string, unknown>) => caddy.isService(service)
const plan = (wanted: Wish, from = standing) => planIngress(from, wish(wanted), isService)

test('what becomes of the ingress follows from what differs', () => {
  expect(planIngress(null, wish({}), isService)).toEqual({ do: 'start' })
  expect(plan({})).toEqual({ do: 'keep', service: 'proxy' })
  expect(plan({ image: 'caddy:3' })).toMatchObject({ do: 'beside', proxy: { service: 'proxy-8100', tlsPort: 8101 } })
  expect(plan({ port: 8081 })).toMatchObject({ do: 'move' })
  expect(plan({ address: '0.0.0.0' })).toEqual({
    do: 'replace',
    why: '0.0.0.0:8080 is taken by the one that stands',
  })
  expect(plan({ tls: true })).toMatchObject({ do: 'replace' })
  expect(plan({}, { record, services: {} as typeof standing.services })).toMatchObject({ do: 'replace' })
  expect(planIngress(standing, wish({}), () => false)).toEqual({ do: 'replace', why: 'it is another program' })
})

test('one that stands beside is kept, one that leaves is not taken for it, and its ports are not given twice', () => {
  const ports = { httpPort: 8100, tlsPort: 8101 }
  const beside = { service: 'proxy-8100', ...ports, leavingSince: null }
  const services = { ...standing.services, 'proxy-8100': wish({ image: 'caddy:3' })(ports) }
  const grown = { ...record, serving: 'proxy-8100', proxies: [...record.proxies, beside] }
  expect(plan({ image: 'caddy:3' }, { record: grown, services })).toEqual({ do: 'keep', service: 'proxy-8100' })
  expect(plan({}, { record: grown, services })).toEqual({ do: 'keep', service: 'proxy' })
  const left = { ...grown, proxies: [...record.proxies, { ...beside, leavingSince: 1 }] }
  expect(plan({ image: 'caddy:3' }, { record: left, services })).toMatchObject({ proxy: { service: 'proxy-8102' } })
})

test('ports clash where two containers cannot publish both', () => {
  const port = (host: string, published = '80') => ({ target: 80, published, host_ip: host })
  expect(clashes(port('10.0.0.1'), port('10.0.0.2'))).toBe(false)
  expect(clashes(port('10.0.0.1'), port('10.0.0.1'))).toBe(true)
  expect(clashes(port('0.0.0.0'), port('10.0.0.1'))).toBe(true)
  expect(clashes(port('0.0.0.0'), port('0.0.0.0', '81'))).toBe(false)
})

test('a gap is told, and so is what is done without one; what changes nothing is not', () => {
  expect(describeIngressPlan(plan({ tls: true }))).toContain('requests fail for a moment')
  expect(describeIngressPlan(plan({ image: 'caddy:3' }))).toContain('no request is lost')
  expect(describeIngressPlan(plan({}))).toBeNull()
  expect(describeIngressPlan({ do: 'start' })).toBeNull()
})
