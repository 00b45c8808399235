import { expect, test } from 'vitest'
import { createFakeStageMachine } from '../../../../tests/fakes/fake-stage-machine.ts'
import { createMachinePool } from './machine-pool.ts'

const [h1, h2] = [createFakeStageMachine({ name: 'h1' }), createFakeStageMachine({ name: 'h2' })]
const stages = ['a', 'b', 'c'].map((name) => ({ name, dependsOn: [] }))

/** Stages that have begun, each with its machine, and what ends them. */
function beginAll(pool: ReturnType<typeof createMachinePool>) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const over = stages.map(({ name }) =>
    pool.use(name, async (machine) => {
      begun.push(`${name} on ${machine.name}`)
      await new Promise<void>((end) => ends.set(name, end))
    }),
  )
  return { begun, end: (name: string) => ends.get(name)?.(), over: () => Promise.all(over) }
}

test('a stage waits for a place on its own machine', async () => {
  const work = beginAll(createMachinePool([h1, h2], 2, stages))
  await expect.poll(() => work.begun).toEqual(['a on h1', 'b on h2'])
  work.end('b')
  work.end('a')
  await expect.poll(() => work.begun).toEqual(['a on h1', 'b on h2', 'c on h1'])
  work.end('c')
  await work.over()
})

test('what waits for a machine that is gone runs on another one, and the last is not let go', async () => {
  const pool = createMachinePool([h1, h2], 2, stages)
  const work = beginAll(pool)
  await expect.poll(() => work.begun).toHaveLength(2)
  expect(pool.lose('h1')).toBe(true)
  expect([pool.placeOf('c'), pool.isLost('h1')]).toEqual(['h2', true])
  work.end('b')
  await expect.poll(() => work.begun).toContain('c on h2')
  expect(pool.lose('h2')).toBe(false)
  for (const name of ['a', 'c']) work.end(name)
  await work.over()
})
