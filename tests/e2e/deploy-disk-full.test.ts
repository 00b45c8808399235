/** A disk that fills while a version is being deployed: the one there is goes on, and the next deploy works once there is room. */
import { realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld, shopCompose } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages } from '../support/images.ts'
import { mountLoop, whyNoLoop } from '../support/loop-file-system.ts'
import { must } from '../support/must.ts'

const noLoop = whyNoLoop('ext4')
let disk: ReturnType<typeof mountLoop>
let world: DeployWorld

beforeAll(async () => {
  if (noLoop !== null) return
  await ensureImages(['busybox', 'caddy'])
  disk = mountLoop('ext4', 64)
  world = await openDeployWorld({ parent: await realpath(disk.directory) })
})
afterAll(async () => {
  if (noLoop !== null) return
  await world.close()
  disk.close()
})

/** Healthy once the test says so: `ready` is a file it writes. */
const gated = shopCompose.replace(
  'depends_on: [store]',
  'depends_on: [store]\n    healthcheck: { test: test -e /site/ready || test -e /tmp/ready, interval: 1s, retries: 60 }',
)

const ballast = () => join(disk.directory, 'ballast')
/** Fills the disk to the last block: ext4 holds some back until it has written what it was given. */
const fill = () =>
  must([
    'sh',
    '-c',
    'for _ in 1 2 3 4 5; do dd if=/dev/zero bs=1k oflag=append conv=notrunc of="$1"; sync "$1"; done 2>/dev/null; true',
    'sh',
    ballast(),
  ])
/** The database's log takes no room as long as it finds some in itself: from here on each write needs its own. */
async function shortenLog(): Promise<void> {
  const database = new DatabaseSync(join(world.berth.home, 'state.db'))
  try {
    await eventually(() => expect(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 }))
  } finally {
    database.close()
  }
}
const newest = async () => (await world.containers('web'))[0] ?? ''

describe.skipIf(noLoop !== null)(`a disk that fills (${noLoop ?? 'ext4'})`, () => {
  test('while the new version starts: it is taken away, what runs goes on, and the next deploy works', async () => {
    const inProject = { cwd: world.project.directory }
    await world.deploy()
    const [old] = await world.containers('web')
    const load = world.load()
    await world.project.write('compose.yaml', gated)
    await world.project.write('site/index.html', 'v2')
    const deploying = world.berth.run(['deploy', '--json'], inProject)
    await eventually(async () => expect(await world.containers('web')).toHaveLength(2))
    await shortenLog()
    await fill()
    await must(['docker', 'exec', await newest(), 'touch', '/tmp/ready'])
    const failed = await deploying
    expect(failed).toMatchObject({ exitCode: 1, stderr: '' })
    const { error } = JSON.parse(failed.stdout) as { error: object }
    expect(error).toMatchObject({
      code: 'DISK_FULL',
      // at the first write that finds no room in what the database has already
      stage: expect.stringMatching(/^(start|probe|switch)$/),
      hint: expect.stringContaining('free some space'),
    })
    expect(await world.containers('web')).toEqual([old])
    expect(await world.berth.ok(['app', 'status', 'shop'])).toContain('release 1')

    expect((await world.berth.run(['deploy', '--json'], inProject)).stdout).toContain('DISK_FULL')

    // what failed is noted down as soon as there is room: nobody takes it up again
    await rm(ballast())
    const states = async () => await world.berth.ok(['app', 'status', 'shop', '--json'])
    await eventually(async () => expect(await states()).not.toContain('"starting"'))
    await world.berth.ok(['daemon', 'stop'])
    expect(await world.berth.ok(['app', 'status', 'shop'])).toContain('release 1')
    expect(await world.containers('web')).toEqual([old])
    await world.project.write('site/ready', '')
    expect(await world.deploy()).toMatchObject({ app: { state: 'ok' } })
    const { failures, bodies } = await load.stop()
    expect(failures).toEqual([])
    expect(bodies).toEqual(['v1', 'v2'])
  })
})
