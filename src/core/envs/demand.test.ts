import { expect, test } from 'vitest'
import type { ComposeModel } from '../ports/compose-model.ts'
import { demandOf } from './demand.ts'

const none = { cpus: null, memoryBytes: null }
const model = (services: object) => ({ services }) as Pick<ComposeModel, 'services'>

test('is the sum over services and replicas', () => {
  const services = {
    api: { cpus: 0.5, mem_limit: '1024', deploy: { replicas: 3 } },
    db: { deploy: { resources: { limits: { cpus: '2', memory: '4096' } } } },
    other: { cpus: 9, mem_limit: '9' },
  }
  expect(demandOf(model(services), none, ['api', 'db'])).toEqual({ cpus: 3.5, memoryBytes: 3 * 1024 + 4096 })
})

test("takes the env's limit where that is smaller, or the service has none", () => {
  const limits = { cpus: 1, memoryBytes: 100 }
  expect(
    demandOf(model({ a: { cpus: 4 }, b: { cpus: 0.25, mem_limit: '50' }, c: { cpus: 0 } }), limits, ['a', 'b', 'c']),
  ).toEqual({
    cpus: 2.25,
    memoryBytes: 250,
  })
})

test('is unknown where one service has no limit', () => {
  expect(demandOf(model({ a: { cpus: 1 }, b: {} }), none, ['a', 'b'])).toEqual({ cpus: null, memoryBytes: null })
  expect(demandOf(model({}), none, [])).toEqual({ cpus: 0, memoryBytes: 0 })
})
