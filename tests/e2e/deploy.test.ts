/** Deploys on this machine, behind a real proxy, with clients that never stop asking. */
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DeployWorld, openDeployWorld, shopCompose, shopSettings } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'

let world: DeployWorld

beforeAll(() => ensureImages(['busybox', 'caddy']))
beforeEach(async () => void (world = await openDeployWorld()))
afterEach(() => world.close())

const inProject = () => ({ cwd: world.project.directory })

test('a new version takes over without a failed request, twenty times; what cannot run twice stays', async () => {
  expect(await world.deploy()).toMatchObject({
    app: { state: 'ok', number: 1, urls: [`http://shop.localhost:${world.port}`] },
  })
  const [store] = await world.containers('store')
  const clients = world.load()
  for (let version = 2; version <= 20; version++) {
    await world.project.write('site/index.html', `v${version}`)
    expect(await world.deploy()).toMatchObject({ app: { number: version }, deployment: { state: 'live' } })
  }
  const { requests, failures, bodies } = await clients.stop()
  expect(failures).toEqual([])
  expect(requests).toBeGreaterThan(100)
  expect(bodies.at(0)).toBe('v1')
  expect(bodies.at(-1)).toBe('v20')
  expect(await world.containers('store')).toEqual([store])
  await eventually(async () => expect(await world.containers('web')).toHaveLength(1))
  // once the container before is gone, so are the releases before the last five
  await eventually(async () => {
    const { releases } = await world.berth.data<{ releases: { number: number; live: boolean }[] }>(['releases', 'shop'])
    expect(releases.map(({ number }) => number)).toEqual([20, 19, 18, 17, 16])
    const status = await world.berth.data<{ deployments: { number: number | null }[] }>(['app', 'status', 'shop'])
    expect(status.deployments.map(({ number }) => number)).toEqual([20, 19, 18, 17, 16, ...Array<null>(15).fill(null)])
    expect(await must(['sh', '-c', 'ls "$1"/apps/*/trees | wc -l', 'sh', world.berth.home])).toBe('5')
  })
})

test('a version that does not answer never gets a request', async () => {
  await world.deploy()
  const clients = world.load()
  await world.project.write('compose.yaml', shopCompose.replace('httpd -f -p 80', 'httpd -f -p 81'))
  const failed = await world.berth.run(['deploy'], inProject())
  expect(failed.exitCode).toBe(1)
  expect(failed.stderr).toContain('web does not answer')
  await world.project.write(
    'compose.yaml',
    shopCompose.replace('httpd -f -p 80 -h /site', 'sh -c "echo no luck; exit 3"'),
  )
  const died = await world.berth.run(['deploy'], inProject())
  expect(died.stderr).toContain('no luck')
  const { failures, bodies } = await clients.stop()
  expect({ failures, bodies }).toEqual({ failures: [], bodies: ['v1'] })
  expect(await world.containers('web')).toHaveLength(1)
})

test('an earlier release comes back, and nothing to do is nothing done', async () => {
  await world.deploy()
  expect(await world.deploy()).toMatchObject({ unchanged: true, app: { number: 1 } })
  await world.project.write('site/index.html', 'v2')
  await world.deploy()
  const clients = world.load()
  expect(await world.berth.data(['rollback', 'shop'])).toMatchObject({ app: { number: 1 } })
  expect(await world.berth.data(['rollback', 'shop', '--to', '2'])).toMatchObject({ app: { number: 2 } })
  const { failures, bodies } = await clients.stop()
  expect({ failures, bodies }).toEqual({ failures: [], bodies: ['v2', 'v1'] })
  expect((await world.berth.run(['rollback', 'shop', '--to', '9'])).exitCode).toBe(3)
})

test('an app that dies soon after it took over gives the requests back', () => diesSoon(world))

/** Deploys what ends once it has taken over. No request is lost but those that were in it then: one of each client. */
async function diesSoon(on: DeployWorld): Promise<void> {
  await on.deploy()
  await on.project.write('berth.toml', shopSettings.replace('bake = 1', 'bake = 30'))
  const dying =
    'sh -c "echo v2 >/tmp/index.html; httpd -p 80 -h /tmp; until test -e /tmp/end; do sleep 0.1; done; exit 1"'
  await on.project.write('compose.yaml', shopCompose.replace('httpd -f -p 80 -h /site', dying))
  const clients = on.load()
  await on.deploy()
  await eventually(() => expect(Object.keys(clients.counts())).toContain('v2\n'))
  const [newest = ''] = await on.containers('web')
  await must(['docker', 'exec', newest, 'touch', '/tmp/end'])
  await eventually(async () => {
    const { app, deployments } = await on.berth.data<{ app: { number: number }; deployments: { state: string }[] }>([
      'app',
      'status',
      'shop',
    ])
    expect(app.number).toBe(1)
    expect(deployments[0]?.state).toBe('failed')
  })
  const { failures, bodies } = await clients.stop()
  expect(failures.length, failures.join(', ')).toBeLessThanOrEqual(4)
  expect(bodies).toEqual(['v1', 'v2\n'])
}

test('of two who deploy at once one is refused, says by whom, and may take over from the other', async () => {
  await world.deploy()
  const slow = 'sh -c "sleep 60; httpd -f -p 80 -h /site"'
  await world.project.write('berth.toml', shopSettings.replace('timeout = 10', 'timeout = 90'))
  await world.project.write('compose.yaml', shopCompose.replace('httpd -f -p 80 -h /site', slow))
  const first = world.berth.run(['deploy'], inProject())
  const lockedBy = async () =>
    (await world.berth.data<{ app: { lockedBy: string | null } }>(['app', 'status', 'shop'])).app.lockedBy
  await eventually(async () => expect(await lockedBy()).not.toBeNull())
  await world.project.write('compose.yaml', shopCompose)
  await world.project.write('site/index.html', 'v2')
  const refused = await world.berth.run(['deploy'], inProject())
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining(`${await lockedBy()} is deploying shop`),
  })
  expect(await world.deploy('--break-lock')).toMatchObject({ app: { state: 'ok' }, deployment: { state: 'live' } })
  expect((await first).exitCode).not.toBe(0)
  await eventually(async () => expect(await lockedBy()).toBeNull())
  await eventually(async () => expect(await world.containers('web')).toHaveLength(1))
})

test('no secret lies in any file, and each container gets its value', async () => {
  await world.deploy()
  const [web = ''] = await world.containers('web')
  expect(await must(['docker', 'exec', web, 'sh', '-c', 'echo "$DB_PASSWORD"'])).toBe('canary-$-value')
  const found = await must(['sh', '-c', 'grep -rlF "canary-" "$1" || true', 'sh', world.berth.home])
  expect(found).toBe('')
  await world.project.write('compose.yaml', shopCompose.replace('"${DB_PASSWORD}"', 'hunter2hunter2'))
  const refused = await world.berth.run(['deploy'], inProject())
  expect(refused.exitCode).toBe(4)
  expect(refused.stderr).toContain('web.environment.DB_PASSWORD')
  expect(refused.stderr).not.toContain('hunter2')
})

test('a secret of the vault gets there, whatever it is called; a vault somebody was let into stops the deploy', async () => {
  await world.berth.ok(['vault', 'init'], inProject())
  await world.berth.ok(['secret', 'set', 'MOTTO'], { ...inProject(), input: 'canary: $strong "tea"' })
  const withMotto = shopCompose.replace('environment: {', `environment: { MOTTO: "it is \${MOTTO}",`)
  await world.project.write('compose.yaml', withMotto)
  await world.deploy()
  const [web = ''] = await world.containers('web')
  expect(await must(['docker', 'exec', web, 'sh', '-c', 'echo "$MOTTO"'])).toBe('it is canary: $strong "tea"')
  expect(await must(['sh', '-c', 'grep -rlF "canary: " "$1" || true', 'sh', world.berth.home])).toBe('')
  const stranger = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
  const vault = await must(['cat', `${world.project.directory}/berth.vault`])
  await world.project.write('berth.vault', vault.replace('\n# recipient', `\n# recipient ${stranger}\n# recipient`))
  const refused = await world.berth.run(['deploy'], inProject())
  expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining(`+ ${stranger}`) })
})

test('removed, nothing is left but the data that was not asked for', async () => {
  await world.deploy()
  const removed = await world.berth.data<{ volumesKept: string[] }>(['app', 'rm', 'shop', '--yes'])
  expect(removed.volumesKept).toHaveLength(1)
  expect(await world.containers('web')).toEqual([])
  expect(await world.containers('store')).toEqual([])
  expect(await world.berth.data(['app', 'ls'])).toEqual({ apps: [] })
  // the ingress goes with the last app, and another one comes with the next
  const ours = `label=dev.berth.apps=${await must(['cat', `${world.berth.home}/id`])}`
  expect(await must(['docker', 'ps', '--all', '--quiet', '--filter', ours])).toBe('')
  expect(await must(['docker', 'network', 'ls', '--quiet', '--filter', ours])).toBe('')
  await world.deploy()
  await world.berth.ok(['daemon', 'stop'])
  const config = `${world.berth.home}/config.toml`
  await writeFile(config, (await must(['cat', config])).replace(images.caddy, 'berth-test/nowhere:1'))
  await world.berth.ok(['app', 'rm', 'shop', '--yes'])
  const refused = await world.berth.run(['deploy'], inProject())
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('its image berth-test/nowhere:1') })
  expect(refused.stderr).toContain('[ingress] of config.toml')
})

describe('behind Traefik', () => {
  const { status: exitCode, stderr } = spawnSync('tests/tools/build.sh', ['--cached', 'traefik'], { encoding: 'utf8' })
  if (exitCode !== 0) console.warn(`tests behind Traefik cannot run: ${stderr.trim()}`)

  test.skipIf(exitCode !== 0)('not one request fails, kept connections included', async () => {
    await ensureImages(['traefik'])
    const behind = await openDeployWorld({ proxy: 'traefik' })
    try {
      await behind.deploy()
      const clients = behind.load()
      for (const version of ['v2', 'v3', 'v4', 'v5']) {
        await behind.project.write('site/index.html', version)
        await behind.deploy()
      }
      await behind.berth.ok(['rollback', 'shop', '--to', '1'])
      const { failures, bodies } = await clients.stop()
      expect({ failures, bodies }).toEqual({ failures: [], bodies: ['v1', 'v2', 'v3', 'v4', 'v5'] })
      await behind.project.write('site/index.html', 'v1')
      // Traefik sends nothing again that a container had taken: each of the four clients had one request at most
      await diesSoon(behind)
    } finally {
      await behind.close()
    }
  })
})
