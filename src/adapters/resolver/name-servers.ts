import { readFileSync, statSync } from 'node:fs'
import { nameServersIn } from '../../core/names/resolv-conf.ts'
import type { ListenAddress } from '../../core/ports/names.ts'

/**
 * The name servers a resolv.conf lists, read again whenever the file has changed: moving to another network changes
 * them. While the file is missing, the last ones known.
 */
export function nameServersFrom(path: string): () => readonly ListenAddress[] {
  let stamp = ''
  let servers: ListenAddress[] = []
  return () => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    const now = stats === undefined ? stamp : `${stats.ino} ${stats.mtimeNs} ${stats.size}`
    if (now !== stamp) {
      stamp = now
      servers = nameServersIn(readFileSync(path, 'latin1')).map((address) => ({ address, port: 53 }))
    }
    return servers
  }
}
