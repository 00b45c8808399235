import { expect, test } from 'vitest'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { startOrder } from './start-order.ts'

const container = (service: string, dependsOn = '', name = service): EngineContainer => ({
  id: name,
  name,
  image: '',
  imageId: '',
  state: 'exited',
  health: 'none',
  exitCode: 143,
  labels: { [composeLabels.service]: service, [composeLabels.dependsOn]: dependsOn },
  networks: {},
  networkOf: null,
  ports: [],
  createdAt: '',
})
const waves = (...containers: EngineContainer[]) => startOrder(containers).map((wave) => wave.map(({ name }) => name))

test('what others depend on starts first, all its replicas', () => {
  const api = container('api', 'db:service_healthy:false,cache:service_started:true')
  expect(
    waves(
      container('web', 'api:service_started:false'),
      api,
      container('cache'),
      container('db', '', 'db-1'),
      container('db', '', 'db-2'),
    ),
  ).toEqual([['cache', 'db-1', 'db-2'], ['api'], ['web']])
})

test('what is not to be started is not waited for', () => {
  expect(waves(container('api', 'db:service_healthy:false'))).toEqual([['api']])
})

test('a circle starts at once, after what it needs', () => {
  expect(
    waves(
      container('a', 'b:service_started:false'),
      container('b', 'a:service_started:false,c:service_started:false'),
      container('c'),
    ),
  ).toEqual([['c'], ['a', 'b']])
})
