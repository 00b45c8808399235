import { expect, test } from 'vitest'
import { limitService } from './limits.ts'

const limits = { cpus: 1.5, memoryBytes: 512 * 1024 * 1024 }

test('a service without limits gets those of the env', () => {
  expect(limitService({}, limits)).toEqual({ cpus: 1.5, mem_limit: '536870912' })
})

test('the smaller of two limits counts, in the place the compose file has it', () => {
  expect(limitService({ cpus: 0.5, mem_limit: '1073741824' }, limits)).toEqual({ cpus: 0.5, mem_limit: '536870912' })
  const deploy = { resources: { limits: { cpus: 4, memory: '268435456' } } }
  expect(limitService({ deploy }, limits)).toEqual({
    deploy: { resources: { limits: { cpus: '1.5', memory: '268435456' } } },
  })
})

test('without limits of the env nothing changes', () => {
  expect(limitService({ cpus: 2 }, { cpus: null, memoryBytes: null })).toEqual({})
})
