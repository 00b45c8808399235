import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExecOptions, type ExecResult, exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from './berth.ts'
import { must } from './must.ts'
import { temporaryPrefix } from './temporary.ts'

const program = join(import.meta.dirname, '..', 'lab', 'lab.sh')

/** What can befall a host; `docs` in the head of tests/lab/lab.sh. */
export type LabFault =
  | 'stop'
  | 'kill'
  | 'start'
  | 'reboot'
  | 'partition'
  | 'unplug'
  | 'impair'
  | 'heal'
  | 'freeze'
  | 'thaw'
  | 'skew'

/** A host of the lab: `h1`, `h2` … */
export type LabHost = `h${number}`

/**
 * Several hosts on this machine, each with an address, root, sshd and dockerd of its own, and a laptop: a network namespace
 * that sees this machine's files and reaches the hosts with `ssh h1`.
 */
export interface Lab {
  /** Its state: the ssh key of all hosts (`key`), `known_hosts`, `ssh_config` for use from outside. */
  directory: string
  hosts: readonly LabHost[]
  /** What stands before a program that is to run on the laptop. */
  within: readonly string[]
  /** Runs a program on the laptop. */
  laptop(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Runs a program on a host, as root, past the network; throws where it fails, returns its stdout otherwise. */
  on(host: LabHost, argv: readonly string[], options?: ExecOptions): Promise<string>
  /** The built berth on the laptop. Its own `close` is called by the lab's where the test did not. */
  openBerth(options?: { env?: Record<string, string> }): Promise<TestBerth>
  /** `partition h1`, `impair h1 delay=100 loss=5`, `skew h1 +3600s`: returns when it is so. */
  fault(fault: LabFault, host: LabHost, ...settings: string[]): Promise<void>
  /** Brings images of this machine's engine to a host's. */
  loadImages(host: LabHost, images: readonly string[]): Promise<void>
  /** A path of a host's disk, as this machine sees it. The host runs. */
  path(host: LabHost, path: string): Promise<string>
  /** Ends everything and removes every trace. Call it in afterAll or afterEach. */
  close(): Promise<void>
}

interface LabOptions {
  hosts: number
  /** `LAB_DISK: '300M'`, `LAB_MEM`, `LAB_BARE: '1'`, `LAB_DOCKER: '0'`: the head of lab.sh says what they do. */
  env?: Record<string, string>
}

/** Raises a lab of its own: about a second for each two hosts. Needs root and cgroup v1, and says so. */
export async function raiseLab({ hosts, env: extra = {} }: LabOptions): Promise<Lab> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}lab-`))
  const env = { ...process.env, LAB_INIT: 'busybox', ...extra, LAB_DIR: directory }
  const within = [program, 'exec', 'laptop'] as const
  const lab = (...words: string[]) => must([program, ...words], { env })
  const berths: TestBerth[] = []
  const archives = new Map<string, Promise<string>>()
  const archiveOf = (images: readonly string[]) => {
    const key = images.join(' ')
    const archive = archives.get(key) ?? saveImages(join(directory, `images-${archives.size}.tar`), images)
    archives.set(key, archive)
    return archive
  }
  const close = async () => {
    try {
      for (const berth of berths) await berth.close()
    } finally {
      await takeDownLab(directory)
    }
  }
  await lab('up', String(hosts)).catch((error: unknown) => close().then(() => Promise.reject(error as Error)))
  return {
    directory,
    within: ['env', `LAB_DIR=${directory}`, ...within],
    hosts: Array.from({ length: hosts }, (_, index): LabHost => `h${index + 1}`),
    laptop: (argv, options) => exec([...within, ...argv], { ...options, env: { ...env, ...options?.env } }),
    on: (host, argv, options) => must([program, 'exec', host, ...argv], { ...options, env }),
    async openBerth(options) {
      const berth = await openBerth({ env: { ...options?.env, LAB_DIR: directory }, within })
      berths.push(berth)
      return berth
    },
    fault: async (fault, host, ...settings) => void (await lab(fault, host, ...settings)),
    loadImages: async (host, images) => loadImages(await lab('pid', host), await archiveOf(images)),
    path: async (host, path) => join('/proc', await lab('pid', host), 'root', path),
    close,
  }
}

/** Ends a lab by its directory, in whatever state it is. Harmless when it is gone. */
export async function takeDownLab(directory: string): Promise<void> {
  await must([program, 'down'], { env: { ...process.env, LAB_DIR: directory } })
}

/** Goes with the lab: its hosts often want the same. */
async function saveImages(archive: string, images: readonly string[]): Promise<string> {
  await must(['docker', 'save', '--output', archive, ...images])
  return archive
}

async function loadImages(pid: string, archive: string): Promise<void> {
  await must(['docker', '--host', `unix:///proc/${pid}/root/run/docker.sock`, 'load', '--input', archive])
}
