import { expect, test } from 'vitest'
import type { StageDocument } from '../config/ci-schema.ts'
import { buildPipeline } from './pipeline.ts'
import { selectStages } from './select.ts'

const build = (stages: Record<string, StageDocument>) => buildPipeline({ stages }, [], 'berth.toml')
const matrix = { node: [20, '22'], db: ['pg', 'none'] }

test('a stage for each combination, with its values as variables and in place of their names', () => {
  const { stages } = build({
    test: {
      command: ['npx', 'node@${{ matrix.node }}', '${{matrix.db}}'],
      directory: 'packages/${{ matrix.db }}',
      inputs: ['${{ matrix.db }}/**'],
      env: { DATABASE: 'x-${{ matrix.db }}' },
      matrix,
    },
  })
  expect(stages.map(({ name }) => name)).toEqual([
    'test (node=20, db=pg)',
    'test (node=20, db=none)',
    'test (node=22, db=pg)',
    'test (node=22, db=none)',
  ])
  expect(stages[2]).toMatchObject({
    command: { argv: ['npx', 'node@22', 'pg'], text: 'npx node@22 pg' },
    directory: 'packages/pg',
    inputs: ['pg/**'],
    env: { DATABASE: 'x-pg', MATRIX_NODE: '22', MATRIX_DB: 'pg' },
  })
})

test('no value is ever read as shell', () => {
  const { stages } = build({ test: { command: 'run ${{ matrix.what }}', matrix: { what: ['a b'] } } })
  expect(stages[0]).toMatchObject({
    command: { argv: ['/bin/sh', '-c', 'run ${MATRIX_WHAT}'] },
    env: { MATRIX_WHAT: 'a b' },
  })
})

test('what depends on it depends on those of the same values, else on all', () => {
  const { stages } = build({
    build: { command: 'true', matrix: { node: [20, 22] } },
    test: { command: 'true', matrix, depends_on: ['build'] },
    done: { command: 'true', depends_on: ['build'] },
  })
  const after = Object.fromEntries(stages.map(({ name, dependsOn }) => [name, dependsOn]))
  expect(after['test (node=22, db=none)']).toEqual(['build (node=22)'])
  expect(after['done']).toEqual(['build (node=20)', 'build (node=22)'])
})

test('its name means all of them, theirs one; what cannot be is said', () => {
  const pipeline = build({ lint: { command: 'true' }, test: { command: 'true', matrix } })
  const select = (...stages: string[]) => selectStages(pipeline, { stages, needed: false, all: false }, null)
  expect(select('test')).toHaveLength(4)
  expect(select('test (node=20, db=pg)').map(({ name }) => name)).toEqual(['test (node=20, db=pg)'])
  expect(() => select('tset')).toThrow('no stage is called tset')
  const wrong = { command: ['${{ matrix.nod }}'], matrix }
  expect(() => build({ test: wrong })).toThrow('stage test: its matrix has no axis nod')
  const many = Array.from({ length: 20 }, (_, at) => at)
  expect(() => build({ test: { command: 'true', matrix: { a: many, b: many } } })).toThrow('400 stages')
})
