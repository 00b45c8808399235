/** `berth setup` in a namespace of its own: the machine's resolver is never touched. Needs root and Linux. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { must } from '../support/must.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
const possible = process.platform === 'linux' && process.getuid?.() === 0
if (!possible) console.warn('setup.test.ts cannot run: it needs Linux and root for a namespace of its own')

const asAda = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--']
const adaMayRunIt = possible && spawnSync('setpriv', [...asAda.slice(1), program, 'version']).status === 0
if (!adaMayRunIt) console.warn('setup.test.ts cannot run as another user: this directory is closed to others')

let berth: TestBerth
beforeEach(async () => {
  berth = await openBerth()
})
afterEach(() => berth.close())

/** A machine of our own: its own /etc, /var/lib and loopback. `$1` is berth, `$2` a directory for the layers. */
const machine = `
set -eu
ip link set lo up
mount -t tmpfs layers "$2"
mkdir "$2/upper" "$2/work"
mount -t overlay etc -o "lowerdir=/etc,upperdir=$2/upper,workdir=$2/work" /etc
mount -t tmpfs lib /var/lib
printf 'nameserver 192.0.2.53\\n' > /etc/resolv.conf
`

async function onMachine(script: string): Promise<string> {
  const layers = join(berth.home, 'layers')
  await must(['mkdir', layers])
  const argv = ['unshare', '--mount', '--net', 'sh', '-c', machine + script, 'sh', program, layers]
  return must(argv, { env: berth.env })
}

test.skipIf(!possible)('names resolve after setup, and everything is as it was after --undo', async () => {
  const said = await onMachine(`
    "$1" setup --yes
    getent hosts berth-check.test
    "$1" setup
    "$1" setup --undo --yes
    cat /etc/resolv.conf
    "$1" setup --undo
    "$1" daemon stop >/dev/null
  `)
  expect(said.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'names work: http://<service>.<env>.test',
    '127.0.0.1 berth-check.test',
    'names work: http://<service>.<env>.test',
    "this machine's resolver is as it was",
    'nameserver 192.0.2.53',
    'nothing is set up',
  ])
})

/** Ada, who is not root and keeps her state in `$2/home`. */
const ada = `
chmod 755 "$(dirname "$2")" "$2"
mkdir "$2/home" && chown 1000:1000 "$2/home" && export BERTH_HOME="$2/home"
ada() { ${asAda.join(' ')} "$@"; }
sudo() { "$@"; }
hint() { node -p 'JSON.parse(fs.readFileSync(0, "utf8")).error.hint'; }
`

test.skipIf(!adaMayRunIt)('without root the error says what to type, and berthd follows', async () => {
  const said = await onMachine(`${ada}
    ada "$1" setup --yes --json 2>/dev/null >"$2/refused" || eval "$(hint <"$2/refused")"
    for _ in $(seq 600); do getent hosts berth-check.test && break; sleep 0.1; done
    ada "$1" setup
    ada "$1" setup --undo --yes --json 2>/dev/null >"$2/refused" || eval "$(hint <"$2/refused")"
    cat /etc/resolv.conf
    sysctl -n net.ipv4.ip_unprivileged_port_start
    ada "$1" daemon stop >/dev/null
  `)
  expect(said).toMatch(/^127\.0\.0\.1 .*\nnames work: .*\nnameserver 192\.0\.2\.53\n1024$/)
})

test.skipIf(!possible)('it shows what it would change, and changes nothing without a yes', async () => {
  const said = await onMachine(`
    "$1" setup --dry-run
    "$1" setup </dev/null 2>/dev/null || echo "exit $?"
    cat /etc/resolv.conf
    "$1" daemon stop >/dev/null
  `)
  expect(said).toContain('change /etc/resolv.conf')
  expect(said).toContain('+ nameserver 127.0.0.1')
  expect(said).toMatch(/exit 4\nnameserver 192\.0\.2\.53$/)
})

test('an engine that is not there is refused, with what to do', async () => {
  const refused = await berth.run(['setup', '--engine', 'unix:///nowhere/docker.sock'])
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('error: there is no engine at unix:///nowhere/docker.sock')
})

test('the engine is settled in config.toml, and back', async () => {
  await berth.ok(['setup', '--engine', 'unix:///var/run/docker.sock'])
  expect(await must(['cat', join(berth.home, 'config.toml')])).toContain('unix:///var/run/docker.sock')
  expect(await berth.data(['ls'])).toMatchObject({ envs: [] })
  await berth.ok(['setup', '--engine', 'docker'])
  expect(await must(['cat', join(berth.home, 'config.toml')])).not.toContain('docker.sock')
})
