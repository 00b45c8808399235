import { expect, test } from 'vitest'
import { composeLabels, labels } from '../labels.ts'
import { type ContainerPast, containerEvent } from './of-container.ts'

const own = { [labels.project]: 'shop', [labels.name]: 'feat-a', [composeLabels.service]: 'web', name: 'web-1' }
const quiet: ContainerPast = { signalled: undefined, unhealthy: false, busy: false }

const told = (action: string, past: Partial<ContainerPast> = {}, attributes: Record<string, string> = {}) =>
  containerEvent({ type: 'container', action, id: 'c1', attributes: { ...own, ...attributes } }, { ...quiet, ...past })

test('a container that ends by itself has died, or is done', () => {
  expect(told('die', {}, { exitCode: '3' })).toEqual({
    type: 'service.died',
    subject: 'shop/feat-a',
    data: { service: 'web', container: 'web-1', exitCode: 3 },
  })
  expect(told('die', {}, { exitCode: '0' })?.type).toBe('service.ended')
  expect(told('die', { busy: true }, { exitCode: '1' })?.type).toBe('service.died')
})

test('one that is ended by somebody was stopped; one that Berth ends belongs to what Berth does', () => {
  expect(told('die', { signalled: 'by-other' }, { exitCode: '137' })).toMatchObject({
    type: 'service.stopped',
    data: { exitCode: 137 },
  })
  expect(told('die', { signalled: 'by-berth' }, { exitCode: '143' })).toBeUndefined()
})

test('a start is told where Berth did not ask for it', () => {
  expect(told('start')?.type).toBe('service.started')
  expect(told('start', { busy: true })).toBeUndefined()
})

test('health is told when it turns', () => {
  expect(told('health_status: unhealthy')?.type).toBe('service.unhealthy')
  expect(told('health_status: unhealthy', { unhealthy: true })).toBeUndefined()
  expect(told('health_status: unhealthy', { signalled: 'by-berth' })).toBeUndefined()
  expect(told('health_status: healthy')).toBeUndefined()
  expect(told('health_status: healthy', { unhealthy: true })?.type).toBe('service.recovered')
  expect(told('oom')?.type).toBe('service.out-of-memory')
})

test.each([
  ['of compose run', { [composeLabels.oneOff]: 'True' }],
  ['of no env', { [labels.name]: undefined }],
  ['of no service', { [composeLabels.service]: undefined }],
])('nothing is told of a container %s', (_, change) => {
  expect(told('die', {}, { ...change, exitCode: '1' } as Record<string, string>)).toBeUndefined()
})
