/** A new version gets some of the requests first, behind each of the proxies; one that fails them goes back. */
import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { openDeployWorld, shopCompose, shopSettings } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'

const traefik = spawnSync('tests/tools/build.sh', ['--cached', 'traefik'], { encoding: 'utf8' })
if (traefik.status !== 0) console.warn(`tests behind Traefik cannot run: ${traefik.stderr.trim()}`)

/** Well where it is asked for its health, and nowhere else. */
const broken = shopCompose
  .replace(images.busybox, images.node)
  .replace(
    'httpd -f -p 80 -h /site',
    JSON.stringify([
      'node',
      '-e',
      "require('node:http').createServer((q, r) => r.writeHead(q.url === '/ok' ? 200 : 500).end('bad')).listen(80)",
    ]),
  )

beforeAll(() => ensureImages(['busybox', 'node', 'caddy']))

describe.each(['caddy', 'traefik'] as const)('behind %s', (proxy) => {
  test.skipIf(proxy === 'traefik' && traefik.status !== 0)(
    'a share of the requests, then all; what answers badly, or dies, gets none any more',
    async () => {
      await ensureImages([proxy])
      const world = await openDeployWorld({ proxy })
      const inProject = { cwd: world.project.directory }
      try {
        await world.deploy()
        const plan = await world.berth.ok(['deploy', '--share', '20', '--dry-run'], inProject)
        expect(plan).toContain('1. local, the canary: 20 % of its requests for 1 s, then all')
        const clients = world.load()
        await world.project.write('site/index.html', 'v2')
        const going = world.deploy('--strategy', 'canary', '--share', '20', '--bake', '3', '--wait')
        const answers = () => clients.counts()
        await eventually(() => expect(answers()['v2'] ?? 0).toBeGreaterThan(40))
        const share = (answers()['v2'] ?? 0) / Object.values(answers()).reduce((sum, count) => sum + count, 0)
        expect(share).toBeLessThan(0.5)
        expect(await going).toMatchObject({ app: { number: 2 }, deployment: { state: 'live' } })
        const { failures, bodies } = await clients.stop()
        expect({ failures, bodies }).toEqual({ failures: [], bodies: ['v1', 'v2'] })
        const dying = `sh -c "httpd -p 80 -h /site; until test -e /tmp/end; do sleep 0.1; done; echo no luck; exit 3"`
        await world.project.write('site/index.html', 'v3')
        await world.project.write('compose.yaml', shopCompose.replace('httpd -f -p 80 -h /site', dying))
        const others = world.load()
        const dies = world.berth.run(['deploy', '--share', '10', '--bake', '90', '--json'], inProject)
        await eventually(() => expect(others.counts()['v3'] ?? 0).toBeGreaterThan(0))
        const [newest = ''] = await world.containers('web')
        await must(['docker', 'exec', newest, 'touch', '/tmp/end'])
        const died = await dies
        expect(JSON.parse(died.stdout)).toMatchObject({
          error: {
            code: 'CANARY_FAILED',
            stage: 'canary',
            machine: 'local',
            // by what is seen first: that it died, or that its requests fail
            message: expect.stringMatching(/^the canary of shop went back: (web ended|\d+ of its \d+ requests failed)/),
          },
        })
        const { failures: lost } = await others.stop()
        // nobody sends again what a container had taken when it died: each of the four clients had one request at most
        expect(lost.length, lost.join(', ')).toBeLessThanOrEqual(4)
        await eventually(async () => expect(await world.containers('web')).toHaveLength(1))
        await world.project.write('compose.yaml', broken)
        await world.project.write('berth.toml', `${shopSettings}health.path = "/ok"\n`)
        const last = world.load()
        const bad = await world.berth.run(['deploy', '--share', '20', '--bake', '90'], inProject)
        expect(bad.stderr).toMatch(/the canary of shop went back: \d+ of its \d+ requests failed/)
        const met = await last.stop()
        expect(new Set(met.failures.map((text) => text.replace(/^\d+ ms: /, '')))).toEqual(new Set(['status 500']))
        expect(met.failures.length).toBeLessThan(met.requests / 2)
      } finally {
        await world.close()
      }
    },
  )
})
