import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ComposeModel, ComposeService } from '../ports/compose-model.ts'
import { type IsolationRequest, isolate, requiredPrefix } from './isolate.ts'

const workspace = '/home/ann/.berth/workspaces/shop-feat'
const env = {
  id: 'a1b2c3',
  project: 'shop',
  name: 'feat',
  composeProject: 'shop-feat-a1b2c3',
  subnet: '10.224.0.64/26',
  shared: [],
  workspace,
}
const labels = {
  'dev.berth.home': 'h1',
  'dev.berth.env': 'a1b2c3',
  'dev.berth.project': 'shop',
  'dev.berth.name': 'feat',
}

interface Override {
  services: Record<string, Record<string, unknown> | null>
  networks: Record<string, Record<string, unknown>>
  volumes: Record<string, Record<string, unknown>>
}

function plan(model: Omit<ComposeModel, 'name'>, request: Partial<IsolationRequest> = {}) {
  const result = isolate({ name: env.composeProject, ...model }, { env, homeId: 'h1', ...request })
  // the tags are Compose's own: read as if they were not there, so that `!reset null` is the text 'null'
  return { ...result, read: parse(result.override, { logLevel: 'silent' }) as Override }
}

const web = (service: ComposeService) => plan({ services: { web: service } })
const kinds = (service: ComposeService) => web(service).findings.map(({ kind, value }) => `${kind}: ${value}`)

test('every service, network and volume carries the labels of the env', () => {
  const { read } = plan({
    services: { web: { image: 'nginx', networks: { default: null } } },
    networks: { default: { name: 'shop-feat-a1b2c3_default' } },
    volumes: { data: { name: 'shop-feat-a1b2c3_data', labels: { theirs: 'stays' } } },
  })
  expect(read.services['web']).toEqual({ labels: { ...labels, 'dev.berth.service': 'web' } })
  expect(read.networks['default']?.['labels']).toEqual(labels)
  expect(read.volumes['data']?.['labels']).toEqual({ theirs: 'stays', ...labels })
})

test('a fixed host port goes, one the engine picks stays', () => {
  const dynamic = { target: 90, protocol: 'tcp', mode: 'ingress' }
  const { override, read } = web({
    ports: [{ target: 80, published: '8080' }, { target: 81, published: '8000-8010' }, dynamic],
  })
  expect(override).toContain('"ports": !override\n')
  expect(read.services['web']?.['ports']).toEqual([dynamic])
  expect(web({ ports: [{ target: 80, published: '8080' }] }).override).toContain('"ports": !reset null')
  expect(web({ ports: [dynamic] }).override).not.toContain('ports')
})

test('a port that is published no more stays exposed, as the container was made before', () => {
  const ports = [
    { target: 80, published: '8080' },
    { target: 53, published: '53', protocol: 'udp' },
  ]
  const twice = [{ target: 80, published: '8081', host_ip: '127.0.0.1' }]
  expect(web({ ports: [...ports, ...twice], expose: ['9000'] }).read.services['web']?.['expose']).toEqual([
    '80/tcp',
    '53/udp',
  ])
  expect(web({ ports, expose: ['80', '53/udp'] }).read.services['web']).not.toHaveProperty('expose')
})

test('a container name goes, and stays an alias in every network, since others call it by that name', () => {
  const { override, read } = plan({
    services: { db: { container_name: 'shop-db', networks: { back: null, front: { aliases: ['database'] } } } },
    networks: { back: {}, front: {} },
  })
  expect(override).toContain('"container_name": !reset null')
  expect(read.services['db']?.['networks']).toEqual({ back: { aliases: ['shop-db'] }, front: { aliases: ['shop-db'] } })
})

test('every network has a name and a subnet of its own, external ones and fixed bridges too', () => {
  const { networks, read } = plan({
    services: { web: { networks: { default: null, proxy: null, back: null } } },
    networks: {
      default: {},
      proxy: { name: 'traefik', external: true },
      back: {
        name: 'fixed',
        driver_opts: { 'com.docker.network.bridge.name': 'br0', 'com.docker.network.driver.mtu': '1400' },
      },
    },
  })
  expect(networks.map(({ key, name }) => [key, name])).toEqual([
    ['default', 'shop-feat-a1b2c3_default'],
    ['proxy', 'shop-feat-a1b2c3_proxy'],
    ['back', 'shop-feat-a1b2c3_back'],
  ])
  expect(new Set(networks.map(({ subnet }) => subnet)).size).toBe(3)
  for (const { subnet } of networks) expect(subnet).toMatch(/^10\.224\.0\.(?:6[4-9]|[789]\d|1[01]\d|12[0-7])\//)
  expect(read.networks['proxy']).not.toHaveProperty('external')
  expect(read.networks['back']?.['driver_opts']).toEqual({ 'com.docker.network.driver.mtu': '1400' })
})

test('fixed addresses keep their place in the new subnet; what lies too far out is moved closer', () => {
  const { read, findings } = plan({
    services: {
      dns: { networks: { back: { ipv4_address: '172.28.0.5' } }, extra_hosts: ['far=172.28.200.9', 'x=1.1.1.1'] },
      far: {
        networks: { back: { ipv4_address: '172.28.200.9' } },
        dns: ['172.28.0.5'],
        environment: { DNS: 'udp://172.28.0.5:53' },
      },
    },
    networks: {
      back: { ipam: { config: [{ subnet: '172.28.0.0/16', gateway: '172.28.0.1', ip_range: '172.28.64.0/18' }] } },
    },
  })
  expect(read.networks['back']?.['ipam']).toEqual({
    config: [{ subnet: '10.224.0.64/27', ip_range: '10.224.0.80/28', gateway: '10.224.0.65' }],
  })
  expect(read.services['dns']).toMatchObject({
    networks: { back: { ipv4_address: '10.224.0.69' } },
    extra_hosts: ['far=10.224.0.79', 'x=1.1.1.1'],
  })
  expect(read.services['far']).toMatchObject({
    networks: { back: { ipv4_address: '10.224.0.79' } },
    dns: ['10.224.0.69'],
  })
  expect(findings).toEqual([
    {
      kind: 'fixed-address',
      subject: 'far',
      value: '172.28.0.5 in environment DNS',
      meaning: expect.stringContaining('10.224.0.69'),
    },
  ])
})

test('a network with IPv6 gets a unique local /64, another for each env', () => {
  const model = {
    services: { web: { networks: { six: { ipv6_address: '2001:db8::5' } } } },
    networks: { six: { enable_ipv6: true, ipam: { config: [{ subnet: '2001:db8::/64', gateway: '2001:db8::1' }] } } },
  }
  const subnetOf = (read: Override) =>
    (read.networks as Record<string, { ipam: { config: { subnet: string; gateway?: string }[] } }>)['six']?.ipam
      .config ?? []
  const [ipv4, ipv6] = subnetOf(plan(model).read)
  expect(ipv4?.subnet).toMatch(/^10\.224\./)
  expect(ipv6?.subnet).toMatch(/^fd[0-9a-f]{2}:[0-9a-f:]+\/64$/)
  expect(ipv6?.gateway).toBe(ipv6?.subnet.replace('::/64', '::1'))
  expect(subnetOf(plan(model, { env: { ...env, id: 'zzz999' } }).read)[1]?.subnet).not.toBe(ipv6?.subnet)
})

test('named and external volumes become the own ones of the env, unless they are meant to be shared', () => {
  const model = {
    services: {},
    volumes: {
      data: { name: 'pgdata' },
      old: { name: 'old', external: true },
      cache: { name: 'cache', external: true },
    },
  }
  const { override, read } = plan(model, { sharedVolumes: ['cache'] })
  expect(override).toContain('"data": !override')
  expect(read.volumes).toEqual({
    data: { name: 'shop-feat-a1b2c3_data', labels },
    old: { name: 'shop-feat-a1b2c3_old', labels },
  })
})

test('an image built under a fixed name is built under one of the env, and those that use it follow', () => {
  const { read } = plan({
    services: {
      web: { build: { context: workspace }, image: 'acme/app:dev' },
      worker: { image: 'docker.io/acme/app:dev' },
      other: { image: 'acme/app:prod' },
      plain: { build: { context: workspace, tags: ['acme/plain'] } },
    },
  })
  expect(read.services['web']).toMatchObject({ image: 'shop-feat-a1b2c3-web', build: { labels } })
  expect(read.services['worker']).toMatchObject({ image: 'shop-feat-a1b2c3-web' })
  expect(read.services['other']).not.toHaveProperty('image')
  expect(read.services['plain']).toMatchObject({ build: { tags: ['shop-feat-a1b2c3-acme-plain'] } })
})

test('references to a container of this very project follow its service', () => {
  const { read, findings } = plan({
    services: {
      vpn: { container_name: 'tunnel' },
      app: {
        network_mode: 'container:tunnel',
        pid: 'container:tunnel',
        volumes_from: ['container:tunnel:ro'],
        external_links: ['tunnel:t'],
      },
    },
  })
  expect(read.services['app']).toMatchObject({
    network_mode: 'service:vpn',
    pid: 'service:vpn',
    volumes_from: ['vpn:ro'],
    external_links: 'null',
    links: ['vpn:t'],
  })
  expect(findings).toEqual([])
})

test('a shared service is left out, and nobody here waits for it', () => {
  const started = { condition: 'service_started' }
  const { override, read } = plan(
    { services: { db: {}, cache: {}, web: { depends_on: { db: started, cache: started }, links: ['db:database'] } } },
    { env: { ...env, shared: ['db'] } },
  )
  expect(override).toContain('"db": !reset null')
  expect(read.services['web']).toMatchObject({ depends_on: { cache: started }, links: 'null' })
})

test('values that look like variables stay as they are', () => {
  const { override } = plan({ services: {}, volumes: { data: { driver_opts: { o: 'pass=$HOME${X}' } } } })
  expect(override).toContain('"pass=$$HOME$${X}"')
})

test('what cannot be isolated is found', () => {
  expect(kinds({ network_mode: 'host', privileged: true, pid: 'host' })).toEqual([
    'host-network: network_mode: host',
    'host-namespace: pid: host',
    'privileged: privileged: true',
  ])
  expect(kinds({ network_mode: 'container:other' })).toEqual(['outside-container: network_mode: container:other'])
  expect(kinds({ network_mode: 'none' })).toEqual([])
  const bind = (source: string, read_only = false) => ({ type: 'bind', source, target: '/x', read_only })
  expect(
    kinds({
      volumes: [
        bind('/var/run/docker.sock'),
        bind(`${workspace}/src`),
        bind(`${workspace}-2`),
        bind('/etc/localtime', true),
      ],
    }),
  ).toEqual(['docker-socket: /var/run/docker.sock', `host-path: ${workspace}-2`])
  expect(kinds({ devices: ['/dev/kvm'], build: { context: '/elsewhere' } })).toEqual([
    'host-path: /elsewhere',
    'device: /dev/kvm',
  ])
})

test('networks, volumes and secrets that cannot be isolated are found', () => {
  const { findings, networks } = plan({
    services: {},
    networks: { lan: { driver: 'macvlan' }, machine: { external: true, name: 'host' } },
    volumes: {
      bound: { driver_opts: { type: 'none', o: 'bind', device: '/srv' } },
      nfs: { driver_opts: { type: 'nfs', device: ':/x' } },
    },
    secrets: { key: { external: true, name: 'swarm-key' }, file: { file: '/root/.ssh/id' } },
  })
  expect(networks).toEqual([])
  expect(findings.map(({ kind, subject, value }) => [kind, subject, value])).toEqual([
    ['network-driver', 'lan', 'macvlan'],
    ['host-network', 'machine', 'host'],
    ['host-path', 'bound', '/srv'],
    ['shared-volume', 'nfs', ':/x'],
    ['outside-resource', 'key', 'swarm-key'],
    ['host-path', 'file', '/root/.ssh/id'],
  ])
})

test('a large project asks for a larger block', () => {
  const services = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}`, { networks: { default: null } }]))
  const model = (count: number) => ({ name: 'x', services: services(count), networks: { default: {} } })
  expect(requiredPrefix(model(3))).toBe(28)
  expect(requiredPrefix(model(40))).toBe(25)
  expect(() => plan(model(40))).toThrow(
    expect.objectContaining({ code: 'SUBNET_EXHAUSTED', details: { block: env.subnet, prefix: 25 } }),
  )
})
