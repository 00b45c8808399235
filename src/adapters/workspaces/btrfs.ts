import { lstat, statfs } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import { errnoOf } from '../../lib/errno.ts'
import {
  createSubvolume,
  deleteSubvolume,
  listSubvolumes,
  freezeSubvolume as snapshotReadOnly,
  snapshotSubvolume,
} from './commands.ts'
import { plainEnvironment } from './environment.ts'

const btrfsMagic = 0x9123683e
/** Inode number of the top of every subvolume. */
const subvolumeInode = 256

export async function isBtrfs(path: string): Promise<boolean> {
  return (await statfs(path)).type === btrfsMagic
}

/** Whether the path is the top of a subvolume. */
export async function isSubvolume(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).ino === subvolumeInode && (await isBtrfs(path))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Throws NOT_SUPPORTED where the file system refuses. */
export const makeSubvolume = (host: Host, path: string): Promise<void> => must(host, createSubvolume(path))

/** Throws NOT_SUPPORTED where the file system refuses (another one, no right to). */
export const takeSnapshot = (host: Host, from: string, to: string): Promise<void> =>
  must(host, snapshotSubvolume(from, to))

/** The same, never to be written to. */
export const freezeSubvolume = (host: Host, from: string, to: string): Promise<void> =>
  must(host, snapshotReadOnly(from, to))

/** Deletes a subvolume, whatever its size. False where that takes rights we lack, or there are others inside. */
export async function dropSubvolume(host: Host, path: string): Promise<boolean> {
  return (await btrfs(host, deleteSubvolume(path))).exitCode === 0
}

/** Whether a snapshot would be complete; not known without root. */
export async function holdsNoSubvolumes(host: Host, path: string): Promise<boolean> {
  const { exitCode, stdout } = await btrfs(host, listSubvolumes(path))
  return exitCode === 0 && stdout.trim() === ''
}

async function must(host: Host, argv: string[]): Promise<void> {
  const { exitCode, stderr } = await btrfs(host, argv)
  if (exitCode !== 0) throw new AppError('NOT_SUPPORTED', stderr.trim().replace(/^ERROR: /, ''))
}

/** Runs the program of the file system; without it installed everything is refused. */
async function btrfs(
  host: Host,
  argv: string[],
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  try {
    return await host.run(argv, { env: plainEnvironment() })
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'TOOL_MISSING')) throw error
    return { exitCode: 127, stdout: '', stderr: 'btrfs-progs is not installed' }
  }
}
