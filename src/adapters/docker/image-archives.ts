import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageArchives } from '../../core/deploy/send-images.ts'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports.ts'
import { dockerEnvironment } from './commands.ts'
import type { Environment } from './endpoint.ts'

interface ArchiveDependencies {
  host: Host
  environment: Environment
  /** Where archives lie until they are sent. */
  directory: string
}

/** One image in `manifest.json` of an archive of `docker save`. */
interface ManifestEntry {
  Config: string
  RepoTags: string[] | null
  /** Paths of the layers, from the bottom. */
  Layers: string[]
}

/**
 * Archives as `docker save` writes them. A layer that the target has, upon the same layers, is never looked at by
 * `docker load` (moby, image/tarexport/load.go), so it need not be in the archive.
 */
export function createImageArchives({ host, environment, directory }: ArchiveDependencies): ImageArchives {
  const run = async (argv: readonly string[]) => {
    const { exitCode, stderr } = await host.run(argv, { env: dockerEnvironment(environment) })
    if (exitCode !== 0)
      throw new AppError('ENGINE_FAILED', `${argv[0]} ${argv[1]}: ${stderr.trim()}`, { stage: 'image' })
  }
  return {
    async pack(references, known) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const work = await mkdtemp(join(directory, 'images-'))
      const release = () => rm(work, { recursive: true, force: true })
      try {
        const file = join(work, 'whole.tar')
        await run(['docker', 'save', '--output', file, ...references])
        const partial = await withoutKnown(run, work, file, known)
        const { size } = await stat(partial ?? file)
        const id = createHash('sha256')
          .update(`${[...references].sort().join()}${size}`)
          .digest('hex')
          .slice(0, 16)
        return { file: partial ?? file, bytes: size, id, partial: partial !== undefined, release }
      } catch (error) {
        await release()
        throw error
      }
    },
  }
}

/** An archive without the layers that are known; undefined where none is. Only what is to be sent is ever taken out of it. */
async function withoutKnown(
  run: (argv: readonly string[]) => Promise<void>,
  work: string,
  file: string,
  known: readonly string[][],
): Promise<string | undefined> {
  if (known.length === 0) return undefined
  const open = join(work, 'open')
  await mkdir(open)
  await run(['tar', '-xf', file, '-C', open, 'manifest.json'])
  const manifest = JSON.parse(await readFile(join(open, 'manifest.json'), 'utf8')) as ManifestEntry[]
  await run(['tar', '-xf', file, '-C', open, ...new Set(manifest.map(({ Config }) => Config))])
  const chains = new Set(known.flatMap((layers) => layers.map((_, index) => layers.slice(0, index + 1).join())))
  const [spare, needed] = [new Set<string>(), new Set<string>()]
  for (const { Config, Layers } of manifest) {
    const { rootfs } = JSON.parse(await readFile(join(open, Config), 'utf8')) as { rootfs: { diff_ids: string[] } }
    for (const [index, path] of Layers.entries())
      (chains.has(rootfs.diff_ids.slice(0, index + 1).join()) ? spare : needed).add(path)
  }
  // one file may be a layer of several images
  const left = [...spare].filter((path) => !needed.has(path))
  if (left.length === 0) return undefined
  await run(['tar', '-xf', file, '-C', open, ...left.map((path) => `--exclude=${path}`)])
  const partial = join(work, 'partial.tar')
  await run(['tar', '-cf', partial, '-C', open, '.'])
  return partial
}
