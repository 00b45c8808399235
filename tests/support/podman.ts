import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { temporaryPrefix } from './temporary.ts'

/** A Podman of a test's own: its socket, and an end to all of it. */
export interface TestPodman {
  /** As in DOCKER_HOST. */
  address: string
  close(): Promise<void>
}

/** Why there is no Podman to test with, or undefined when there is one. */
export function podmanMissing(): string | undefined {
  if (existsSync('/usr/bin/podman')) return undefined
  return 'no Podman on this machine: scripts/prepare-machine.sh --tests installs it'
}

// runc, since crun refuses machines that mount both kinds of cgroups; few open files, since a machine may not raise them
const settings = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
events_logger = "file"
[network]
network_backend = "netavark"
`

// Podmans that do not know of each other take the same names for their bridges: each gets a network of its own to make
// them in. With the process namespace goes all that ran in it, with the mount namespace what was mounted.
const enclosed = ['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child']
const inside = 'ip link set lo up && mkdir -p /run/containers && mount -t tmpfs berth-test /run/containers && exec "$@"'

/** Starts Podman's Docker-compatible service with storage, networks and processes of its own. */
export async function openPodman(): Promise<TestPodman> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}podman-`))
  const config = join(directory, 'containers.conf')
  await writeFile(config, settings)
  const socket = join(directory, 'podman.sock')
  const own = ['root', 'runroot', 'tmpdir', 'network-config-dir'].flatMap((name) => [
    `--${name}`,
    join(directory, name),
  ])
  const service = ['podman', ...own, 'system', 'service', '--time=0', `unix://${socket}`]
  const [program = '', ...args] = [...enclosed, 'sh', '-c', inside, 'sh', ...service]
  const log = openSync(join(directory, 'service.log'), 'a')
  const child = spawn(program, args, { env: { ...process.env, CONTAINERS_CONF: config }, stdio: ['ignore', log, log] })
  await eventually(() => {
    if (!existsSync(socket))
      throw new Error(`podman system service did not start: ${readFileSync(join(directory, 'service.log'), 'utf8')}`)
  })
  return {
    address: `unix://${socket}`,
    async close() {
      await stop(child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
