/** The resolver set-up for real, in namespaces of its own: the machine that runs this keeps its resolver. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createResolverSetup } from '../../../src/adapters/resolver/resolver-setup.ts'
import { setUpWithoutRoot, wasRefused, wasSetUpAndBack } from '../../contracts/resolver-setup.ts'

const root = process.platform === 'linux' && process.getuid?.() === 0
const ORIGINAL = 'search lan\n# caf\u00e9, without a newline at the end\nnameserver 127.0.0.9'

/** What inside.ts saw on a machine whose /etc has this resolv.conf. `mounted`: as in a container, a mount of its own. */
function onMachineWith(conf: { link?: string; mounted?: boolean }, daemonUid = 0) {
  const directory = mkdtempSync(join(tmpdir(), 'berth-resolver-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const etc = join(directory, 'etc')
  execFileSync('cp', ['-a', '/etc', etc])
  rmSync(join(etc, 'resolv.conf'))
  writeFileSync(join(directory, 'resolv.conf'), ORIGINAL)
  if (conf.link === undefined) writeFileSync(join(etc, 'resolv.conf'), ORIGINAL)
  else symlinkSync(join(directory, 'resolv.conf'), join(etc, 'resolv.conf'))
  const script = `
    set -eu
    ip link set lo up
    ip address add 192.0.2.100/32 dev lo # with loopback addresses alone, glibc takes the machine for one without IPv4
    mount --bind "$1/etc" /etc
    printf 'hosts: files dns\\n' >/etc/nsswitch.conf
    [ "$2" = 0 ] || mount --bind "$1/resolv.conf" /etc/resolv.conf
    exec "$3" "$4" "$1" "$5"`
  const inside = join(import.meta.dirname, 'inside.ts')
  const args = [directory, conf.mounted === true ? '1' : '0', process.execPath, inside, String(daemonUid)]
  const ran = spawnSync('unshare', ['-m', '-n', 'sh', '-c', script, 'sh', ...args], { encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`inside.ts failed: ${ran.stderr}`)
  const seen = JSON.parse(ran.stdout) as { warnings: string[]; shown: string[] }
  return { ...seen, directory }
}

const worksAndGoesAway = {
  method: 'resolv-conf',
  unchangedByPlan: true,
  reachedBefore: false,
  withoutServer: 'answered',
  reaches: true,
  getent: '127.0.0.1',
  curl: 'hello from web',
  nodeLookup: '127.0.0.1',
  nodeResolver: '127.0.0.1',
  unknown: 'failed: ENOTFOUND',
  foreign: '192.0.2.7',
  foreignUnknown: 'failed: ENOTFOUND',
  stepsWhenAgain: 0,
  undoWarnings: [],
  restored: true,
  record: null,
  reachesAfter: false,
  contract: wasSetUpAndBack,
}

describe.skipIf(!root)('a machine with a plain resolv.conf (as root, on Linux)', () => {
  test('a file: programs find the names and everything else; undo leaves no byte changed', () => {
    const seen = onMachineWith({})
    expect(seen).toMatchObject({
      ...worksAndGoesAway,
      warnings: [],
      service: { listen: { address: '127.0.0.1', port: 53 }, forwardFrom: '/etc/resolv.conf' },
      shown: [
        'change /etc/resolv.conf',
        '  + # Berth: names below test (berth setup --undo takes these two lines out)',
        '  + nameserver 127.0.0.1',
        '    search lan',
        '    # caf\u00e9, without a newline at the end',
        '    nameserver 127.0.0.9',
      ],
    })
  })

  test('a mount, as in a container', () => {
    const seen = onMachineWith({ mounted: true })
    expect(seen).toMatchObject(worksAndGoesAway)
    expect(readFileSync(join(seen.directory, 'resolv.conf'), 'utf8')).toBe(ORIGINAL)
  })

  test('a link: becomes a file, with a warning, and a link again; what it leads to is not touched', () => {
    const seen = onMachineWith({ link: 'yes' })
    const target = join(seen.directory, 'resolv.conf')
    expect(seen).toMatchObject({ ...worksAndGoesAway, service: { forwardFrom: target } })
    expect(seen.warnings.join()).toContain(`is a link to ${target}`)
    expect(readFileSync(target, 'utf8')).toBe(ORIGINAL)
  })

  test('a berthd without root: port 53 is opened for it, and closed again', () => {
    const seen = onMachineWith({}, 1000)
    expect(seen).toMatchObject({ ...worksAndGoesAway, portStart: '53', portStartAfter: '1024' })
    expect(seen.shown.join()).toContain('run sysctl -w net.ipv4.ip_unprivileged_port_start=53')
  })
})

describe('without root', () => {
  const recordFile = join(tmpdir(), 'berth-no-such-directory', 'resolver.json')
  const deps = { host: createLocalHost(), platform: 'linux', uid: 1000, recordFile }
  const wish = {
    suffix: 'test',
    server: { address: '127.0.0.1', port: 5354 },
    daemonUid: 1000,
    home: '/home/ada/.berth',
  }

  test('the plan can be seen; doing it says what to type; there is nothing to undo', async () => {
    expect(await setUpWithoutRoot(createResolverSetup(deps), wish)).toEqual(wasRefused)
  })
})
