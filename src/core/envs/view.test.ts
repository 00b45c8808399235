import { expect, test } from 'vitest'
import { sampleEnv } from '../../../tests/support/sample-env.ts'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import type { Endings } from './endings.ts'
import type { EnvRecord } from './model.ts'
import type { UpRecord } from './plan-record.ts'
import { viewEnv } from './view.ts'

const env = sampleEnv({ name: 'tea' })

const container = (service: string, state: EngineContainer['state'], exitCode: number | null = null) => ({
  id: service,
  name: service,
  image: 'image',
  imageId: 'sha256:1',
  state,
  health: 'none' as const,
  exitCode,
  labels: { [composeLabels.service]: service },
  networks: {},
  networkOf: null,
  ports: [],
  createdAt: '2026-01-01T00:00:00.000Z',
})

const record: UpRecord = {
  key: 'key',
  services: ['web', 'migrate'].map((service) => ({ service, ports: [], optional: false })),
  networks: [],
  findings: [],
  attachments: [],
  ingress: null,
  made: [
    { id: 'web', image: 'image', imageId: 'sha256:1', service: 'web', job: false },
    { id: 'migrate', image: 'image', imageId: 'sha256:1', service: 'migrate', job: true },
  ],
}

const stateOf = (
  containers: EngineContainer[],
  change: Partial<EnvRecord> = {},
  known: UpRecord = record,
  endings: Endings = {},
) =>
  viewEnv({ ...env, ...change }, { record: known, containers, endings, workspaceExists: true, sessions: 0 }, 7080).state

test('an env is up while its services run and its jobs are done', () => {
  expect(stateOf([container('web', 'running'), container('migrate', 'exited', 0)])).toBe('up')
  expect(stateOf([container('web', 'running'), container('migrate', 'exited', 1)])).toBe('partial')
  expect(stateOf([container('migrate', 'exited', 0)])).toBe('partial')
})

test('a service that was stopped is not done, whatever its exit code', () => {
  const containers = [container('web', 'exited', 0), container('migrate', 'exited', 0)]
  expect(stateOf(containers)).toBe('partial')
  expect(stateOf(containers, {}, { ...record, made: [] }, { web: 'stopped' })).toBe('partial')
})

test('a job that takes longer than up is done when it has ended well by itself', () => {
  const containers = [container('web', 'exited', 0), container('migrate', 'exited', 0)]
  expect(stateOf(containers, {}, record, { web: 'done' })).toBe('up')
})

test('a job that is done needs its container no more; but without any nothing is up', () => {
  expect(stateOf([container('web', 'running')])).toBe('up')
  expect(stateOf([])).toBe('broken')
})

test('while nobody knows which are jobs, one that ended well may be one', () => {
  const containers = [container('web', 'running'), container('migrate', 'exited', 0)]
  expect(stateOf(containers, {}, { ...record, made: [] })).toBe('up')
})

test('an env that should be down and of which something is left is partial', () => {
  expect(stateOf([], { desired: 'down' })).toBe('down')
  expect(stateOf([container('web', 'created')], { desired: 'down' })).toBe('partial')
  expect(stateOf([])).toBe('broken')
})
