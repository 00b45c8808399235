/** berthd is killed at every point of the journal of a deploy, with clients that never stop asking: it is finished all the same. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopDaemon } from '../support/daemon.ts'
import { type DeployWorld, openDeployWorld } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages } from '../support/images.ts'
import { openOperations } from '../support/journal.ts'

let world: DeployWorld

beforeAll(async () => {
  await ensureImages(['busybox', 'caddy'])
  world = await openDeployWorld()
})
afterAll(() => world.close())

test('the version is live in the end, the command says so, and no request failed', async () => {
  await startWith('list')
  await world.deploy()
  const points = (await readFile(join(world.berth.home, 'fault-points'), 'utf8')).trim().split('\n')
  expect(points.length).toBeGreaterThanOrEqual(10)
  const pairs = inPairs(points)
  const clients = world.load()
  for (const [index, pair] of pairs.entries()) {
    await world.project.write('site/index.html', pair.join())
    await startWith(pair.join())
    const outcome = await world.deploy()
    expect(outcome, pair.join()).toMatchObject({
      app: { state: 'ok', number: index + 2 },
      deployment: { state: 'live' },
    })
    await eventually(async () => expect(await readFile(firedFile(), 'utf8')).toBe(`${pair.join('\n')}\n`))
    await eventually(() => expect(openOperations(world.berth.home)).toEqual([]))
  }
  const { failures, bodies } = await clients.stop()
  expect(failures).toEqual([])
  expect(bodies).toEqual(['v1', ...pairs.map((pair) => pair.join())])
  await eventually(async () => expect(await world.containers('web')).toHaveLength(1))
})

/** Each point of the first half with one of the second: there the next daemon is killed while it finishes what the first began. */
function inPairs(points: readonly string[]): string[][] {
  const half = Math.ceil(points.length / 2)
  return points.slice(0, half).map((first, index) => [first, ...points.slice(half + index, half + index + 1)])
}

const firedFile = () => join(world.berth.home, 'fault-fired')

/** A daemon that ends at these points, and so do those that commands start after it. */
async function startWith(faults: string): Promise<void> {
  await stopDaemon(world.berth)
  await rm(firedFile(), { force: true })
  world.berth.env['BERTH_FAULT'] = faults
  await world.berth.ok(['daemon', 'start'])
}
