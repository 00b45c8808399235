import { mkdir, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { AdvertisedMemory } from '../../core/ports/tailnet.ts'
import { writeAtomic } from '../../lib/write-atomic.ts'

const record = z.object({ routes: z.array(z.string()), peers: z.record(z.string(), z.string()) })

/** A file beside the keys of other tunnels. */
export function createAdvertisedMemory(directory: string): AdvertisedMemory {
  const file = join(directory, 'tailnet.json')
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      return text === undefined ? { routes: [], peers: {} } : record.parse(JSON.parse(text))
    },
    async write(now) {
      if (now.routes.length > 0 || Object.keys(now.peers).length > 0) {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        return writeAtomic(file, `${JSON.stringify(now)}\n`)
      }
      await rm(file, { force: true })
      await rmdir(directory).catch(() => undefined) // others may have theirs in it
    },
  }
}
