import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ids } from '../../core/ports.ts'

/** The identity of a state directory, made once: what this home owns in a container engine carries it as a label. */
export function readHomeId(home: string, ids: Ids): string {
  const file = join(home, 'id')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    // The first start in this home: it has no identity yet.
    const id = ids.short(12)
    writeFileSync(file, `${id}\n`, { mode: 0o600, flag: 'wx' })
    return id
  }
}
