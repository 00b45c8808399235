import { expect, test } from 'vitest'
import { composeLabels, labels } from '../../labels.ts'
import type { EngineContainer } from '../../ports.ts'
import type { AppRecord } from '../model.ts'
import { type Actual, compareApp } from './compare.ts'
import type { Expected, ExpectedService } from './expected.ts'

const app = { id: 'a1', name: 'shop' } as AppRecord
const kept = { app, homeId: 'h1', projects: new Set(['shop-a1', 'shop-a1-d1']) }

const expectedService = (service: string, mode: 'beside' | 'in-place', more: Partial<ExpectedService> = {}) => ({
  service,
  mode,
  project: mode === 'beside' ? 'shop-a1-d1' : 'shop-a1',
  count: 1,
  imageId: 'sha256:1',
  hash: 'h',
  networkOf: null,
  labels: { [labels.appHome]: 'h1', [labels.app]: 'a1' },
  networks: [{ name: 'net', aliases: [service] }],
  mayEnd: false,
  ...more,
})

const container = (service: string, project: string, more: Partial<EngineContainer> = {}): EngineContainer => ({
  id: `c-${service}`,
  name: `${project}-${service}-1`,
  image: 'i',
  imageId: 'sha256:1',
  state: 'running',
  health: 'none',
  exitCode: null,
  networks: { net: { ipv4: '10.0.0.2', ipv6: '' } },
  networkOf: null,
  ports: [],
  createdAt: '',
  ...more,
  labels: {
    [labels.appHome]: 'h1',
    [labels.app]: 'a1',
    [composeLabels.project]: project,
    [composeLabels.service]: service,
    [composeLabels.configHash]: 'h',
    ...more.labels,
  },
})

const web = (more?: Partial<EngineContainer>) => container('web', 'shop-a1-d1', more)
const db = (more?: Partial<EngineContainer>) => container('db', 'shop-a1', more)

function found(
  containers: EngineContainer[],
  { expected = {}, actual = {} }: { expected?: Partial<Expected>; actual?: Partial<Actual> } = {},
) {
  const services = [expectedService('web', 'beside'), expectedService('db', 'in-place')]
  const all = compareApp(
    { services, networks: [], volumes: [], ...expected },
    { containers, networks: [], volumes: [], ...actual },
    kept,
  )
  return all
    .filter(({ state }) => state !== 'ok')
    .map(({ subject, state, repair }) => `${subject} ${state}: ${repair.do}`)
}

test('what is as it should be is ok, service by service', () => {
  expect(found([web(), db()])).toEqual([])
})

test.each([
  ['stopped', web({ state: 'exited', exitCode: 137 }), 'drifted: start'],
  ['ended well, but no job', web({ state: 'exited', exitCode: 0 }), 'drifted: start'],
  ['paused', web({ state: 'paused' }), 'drifted: redeploy'],
  ['of another image', web({ imageId: 'sha256:2' }), 'drifted: redeploy'],
  ['of another configuration', web({ labels: { [composeLabels.configHash]: 'x' } }), 'drifted: redeploy'],
  ['out of its network', web({ networks: {} }), 'drifted: attach'],
])('a container that is %s', (_, one, wanted) => {
  expect(found([one, db()])).toEqual([`shop-a1-d1-web-1 ${wanted}`])
})

test('what cannot run twice is made anew only where it may be interrupted, and made where it is gone', () => {
  expect(found([web(), db({ imageId: 'sha256:2' })])).toEqual(['shop-a1-db-1 drifted: recreate'])
  expect(found([web()])).toEqual(['db missing: make-base'])
  expect(found([db()])).toEqual(['web missing: redeploy'])
})

test('a service whose data is gone is not made again over an empty volume', () => {
  const volumes = [{ name: 'shop-a1_data', services: ['db'] }]
  expect(found([web()], { expected: { volumes } })).toEqual(['db missing: by-hand', 'shop-a1_data missing: by-hand'])
})

test('a job that ended well is no drift', () => {
  const services = [expectedService('web', 'beside', { mayEnd: true })]
  expect(found([web({ state: 'exited', exitCode: 0 })], { expected: { services } })).toEqual([])
})

test('what others put there is theirs; what ended deployments left is ours', () => {
  const stranger = container('spy', 'elsewhere', { labels: { [labels.appHome]: 'other', [labels.app]: 'b2' } })
  const networks = [
    {
      id: 'n',
      name: 'net',
      driver: 'bridge',
      subnets: [],
      labels: { [labels.app]: 'a1', [composeLabels.project]: 'shop-a1' },
    },
  ]
  const left = container('web', 'shop-a1-d0')
  expect(found([web(), db(), stranger, left], { actual: { networks } })).toEqual([
    'elsewhere-spy-1 unmanaged: by-hand',
    'shop-a1-d0-web-1 orphaned: by-hand',
  ])
})
