import type { PathLike } from 'node:fs'
import { chmod, chown, lstat, utimes } from 'node:fs/promises'
import { errnoOf } from '../../lib/errno.ts'

/** Gives a directory the owner, mode and times of another. Nothing happens where that other is gone. */
export async function copyAttributes(from: PathLike, to: PathLike): Promise<void> {
  const source = await lstat(from, { bigint: true }).catch(unless('ENOENT'))
  if (source === undefined) return
  const made = await lstat(to, { bigint: true })
  if (made.uid !== source.uid || made.gid !== source.gid)
    // only root may give files away; cp is silent about it too
    await chown(to, Number(source.uid), Number(source.gid)).catch(unless('EPERM'))
  await chmod(to, Number(source.mode) & 0o7777)
  await utimes(to, seconds(source.atimeNs), seconds(source.mtimeNs))
}

/** A Date would round to milliseconds; this is exact to 0.3 µs. */
const seconds = (nanoseconds: bigint) => Number(nanoseconds) / 1e9

function unless(expected: string): (error: unknown) => undefined {
  return (error) => {
    if (errnoOf(error) !== expected) throw error
  }
}
