import { expect, test } from 'vitest'
import { assignMachines } from './assign.ts'

const stage = (name: string, ...dependsOn: string[]) => ({ name, dependsOn })

test('stages are shared out evenly, in their order, and stay with what they need', () => {
  const stages = [stage('a'), stage('b'), stage('c'), stage('d', 'b'), stage('e'), stage('f', 'd', 'a')]
  expect(Object.fromEntries(assignMachines(stages, ['h1', 'h2', 'h3']))).toEqual({
    a: 'h1',
    b: 'h2',
    c: 'h3',
    d: 'h2',
    e: 'h1',
    f: 'h2',
  })
})

test('one that is not there is nobody to stay with', () => {
  expect(Object.fromEntries(assignMachines([stage('a', 'cached'), stage('b', 'a')], ['h1', 'h2']))).toEqual({
    a: 'h1',
    b: 'h1',
  })
})
