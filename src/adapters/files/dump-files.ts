import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DumpFiles } from '../../core/deploy/addons/carry-dumps.ts'

/** Large files on this machine's disk; never whole in memory. */
export const dumpFiles: DumpFiles = {
  size: async (path) => (await stat(path)).size,
  read: (path) => createReadStream(path, { highWaterMark: 256 * 1024 }),
  async append(path, offset, bytes) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // only its owner can read what is added, from the first byte on
    const file = await open(path, offset === 0 ? 'w' : 'r+', 0o600)
    try {
      const { size } = await file.stat()
      if (size !== offset) return size
      await file.write(bytes, 0, bytes.length, offset)
      return offset + bytes.length
    } finally {
      await file.close()
    }
  },
  async digest(path) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  },
}
