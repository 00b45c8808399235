import { randomUUID } from 'node:crypto'
import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import { errnoOf } from '../../lib/errno.ts'
import { createSharedWork } from '../../lib/shared-work.ts'
import { diskFull } from './copy-tree.ts'
import { plainEnvironment } from './environment.ts'
import { namesIfAny } from './if-any.ts'
import { saysFull } from './parse.ts'

/** A pack above this size is shared between workspaces where files cannot share blocks; 32 MiB copy in 20 ms. */
const largePack = 32 * 1024 * 1024

/** One copy of each large pack of git objects, which the repositories of all workspaces link to. */
export interface PackStore {
  /** Stems (`pack-<hash>`) of the packs in a directory that are worth sharing. */
  largeIn(packDirectory: string): Promise<string[]>
  /** Makes a pack of `from` appear in `to`. A pack never changes once it is there, so a link is as good as a copy. */
  share(stem: string, from: string, to: string, signal?: AbortSignal): Promise<void>
  /** Absolute paths of packs no workspace uses any more, with their size in bytes. */
  unused(): Promise<{ path: string; bytes: number }[]>
  /** Removes one of them, unless it is used again. */
  dropUnused(path: string): Promise<void>
}

/**
 * The copy is Berth's own and not a link to the user's file: a container may `chown -R` its workspace, and that would
 * reach through a link.
 */
export function createPackStore(host: Host, directory: string): PackStore {
  const once = createSharedWork<void>()

  return {
    async largeIn(packDirectory) {
      const packs = (await namesIfAny(packDirectory)).filter((name) => name.endsWith('.pack'))
      const sizes = await Promise.all(packs.map((name) => sizeOf(join(packDirectory, name))))
      return packs.filter((_, index) => (sizes[index] ?? 0) > largePack).map((name) => name.slice(0, -'.pack'.length))
    },

    async share(stem, from, to, signal) {
      await once(stem, (stop) => keep(stem, from, stop), signal)
      for (const name of await namesIfAny(join(directory, stem)))
        await linkOrCopy(join(directory, stem, name), join(to, name))
    },

    async unused() {
      const stems = (await namesIfAny(directory)).filter((name) => !name.startsWith('.'))
      const found = await Promise.all(stems.map((stem) => unusedPack(join(directory, stem), stem)))
      return found.filter((pack) => pack !== null)
    },

    async dropUnused(path) {
      if ((await unusedPack(path, basename(path))) !== null) await rm(path, { recursive: true })
    },
  }

  /** Complete or absent: it gets its name once every file of it is there. */
  async function keep(stem: string, from: string, signal: AbortSignal): Promise<void> {
    if ((await namesIfAny(join(directory, stem))).length > 0) return
    const unfinished = join(directory, `.${stem}-${randomUUID()}`)
    await mkdir(unfinished, { recursive: true, mode: 0o700 })
    try {
      const names = (await namesIfAny(from)).filter((name) => name.startsWith(`${stem}.`) && !name.endsWith('.keep'))
      const argv = ['cp', '-p', '--reflink=auto', '-t', unfinished, '--', ...names.map((name) => join(from, name))]
      const { exitCode, stderr } = await host.run(argv, { env: plainEnvironment(), signal })
      if (exitCode !== 0 && saysFull(stderr)) throw diskFull(directory)
      if (exitCode !== 0)
        throw new AppError('WORKSPACE_FAILED', `a pack of git objects could not be copied: ${stderr.trim()}`)
      await rename(unfinished, join(directory, stem))
    } finally {
      await rm(unfinished, { recursive: true, force: true })
    }
  }
}

async function unusedPack(path: string, stem: string): Promise<{ path: string; bytes: number } | null> {
  const pack = await stat(join(path, `${stem}.pack`)).catch(goneAlready)
  return pack?.nlink === 1 ? { path, bytes: pack.size } : null
}

function goneAlready(error: unknown): null {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return
    if (code !== 'EXDEV' && code !== 'EMLINK' && code !== 'EPERM') throw error
    await copyFile(from, to)
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    // the user's own git may be repacking
    if (errnoOf(error) === 'ENOENT') return 0
    throw error
  }
}
