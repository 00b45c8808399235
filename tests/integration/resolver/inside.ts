/**
 * Runs in a mount and network namespace of its own, where /etc is a copy: sets the resolver up, looks names up with
 * programs that know nothing of Berth, takes it back. Prints what it saw as JSON. `argv`: directory, uid of the daemon.
 */
import { execFile } from 'node:child_process'
import { lookup, Resolver } from 'node:dns/promises'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createNameServer } from '../../../src/adapters/dns/name-server.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { nameServersFrom } from '../../../src/adapters/resolver/name-servers.ts'
import { createResolverCheck } from '../../../src/adapters/resolver/resolver-check.ts'
import { createResolverSetup } from '../../../src/adapters/resolver/resolver-setup.ts'
import { describeStep } from '../../../src/core/names/resolver-describe.ts'
import { buildZone } from '../../../src/core/names/zone.ts'
import { setUpAndBack } from '../../contracts/resolver-setup.ts'

const [directory = '', daemonUid = '0'] = process.argv.slice(2)
const run = promisify(execFile)
const outcome = (work: Promise<unknown>) => work.catch((error: { code?: unknown }) => `failed: ${String(error.code)}`)
const stand = () => {
  const link = lstatSync('/etc/resolv.conf').isSymbolicLink()
  return {
    bytes: readFileSync('/etc/resolv.conf').toString('hex'),
    link: link ? readlinkSync('/etc/resolv.conf') : null,
  }
}
const zoneBelow = (suffix: string, address: string) =>
  buildZone(
    [
      {
        project: 'shop',
        env: 'feat',
        createdAt: '2026-01-01T00:00:00Z',
        ingress: 'web',
        extraNames: [],
        services: [{ service: 'web', ipv4: [address], ipv6: [], ports: [80] }],
      },
    ],
    { suffix },
  )

/** The name server this network had before Berth. */
const upstream = createNameServer(zoneBelow('example', '192.0.2.7'), { onFault: fail })
await upstream.listen({ address: '127.0.0.9', port: 53 })

const check = createResolverCheck('test')
const setup = createResolverSetup({
  host: createLocalHost(),
  platform: process.platform,
  uid: process.getuid?.() ?? -1,
  recordFile: join(directory, 'record', 'resolver.json'),
})
const wish = {
  suffix: 'test',
  server: { address: '127.0.0.1', port: 5354 },
  daemonUid: Number(daemonUid),
  home: '/home/ada/.berth',
}
const before = stand()
const plan = await setup.plan(wish)
const untouched = stand()
const reachedBefore = await check.works()
await setup.apply(plan, ['berth', 'setup'])
const written = readFileSync('/etc/resolv.conf', 'utf8')

const server = createNameServer(zoneBelow('test', '127.0.0.1'), { onFault: fail })
const withoutServer = await outcome(lookup('web.feat.example', 4))
await server.listen(plan.service.listen, { forwardTo: nameServersFrom(plan.service.forwardFrom ?? '') })
const web = await import('node:http').then(({ createServer }) =>
  createServer((_request, response) => response.end('hello from web')).listen(80, '127.0.0.1'),
)
const seen = {
  reaches: await check.works(),
  getent: (await run('getent', ['ahostsv4', 'web.feat.test'])).stdout.split(/\s+/)[0],
  curl: (await run('curl', ['-sS', '--max-time', '5', 'http://web.feat.test/'])).stdout,
  nodeLookup: (await lookup('shop.feat.test', 4)).address,
  nodeResolver: (await new Resolver().resolve4('web.feat.test'))[0],
  unknown: await outcome(lookup('nobody.feat.test', 4)),
  foreign: (await lookup('web.feat.example', 4)).address,
  foreignUnknown: await outcome(lookup('nobody.example', 4)),
}
const portStart = readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim()
const again = await setup.plan(wish)
const undoing = await setup.planUndo()
await setup.undo(['berth', 'dns', 'undo'])
const report = {
  method: plan.method,
  shown: plan.steps.flatMap(describeStep),
  warnings: plan.warnings,
  service: plan.service,
  unchangedByPlan: JSON.stringify(before) === JSON.stringify(untouched),
  reachedBefore,
  written,
  withoutServer: typeof withoutServer === 'string' ? withoutServer : 'answered',
  ...seen,
  portStart,
  stepsWhenAgain: again.steps.length + again.undo.length,
  undoWarnings: undoing.warnings,
  restored: JSON.stringify(before) === JSON.stringify(stand()),
  portStartAfter: readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim(),
  record: await setup.current(),
  reachesAfter: await check.works(),
  contract: await setUpAndBack(setup, wish),
}
process.stdout.write(JSON.stringify(report))
web.close()
await Promise.all([server.close(), upstream.close()])

function fail(fault: unknown): never {
  throw fault
}
