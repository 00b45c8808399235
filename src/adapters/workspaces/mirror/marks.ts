import { join } from 'node:path'
import type { UnitTips } from '../../../core/machines/sync/model.ts'
import { writeAtomic } from '../../../lib/write-atomic.ts'
import { textIfAny } from '../if-any.ts'

/** What a mirror is known to be. Written before it changes and after. */
export interface MirrorMark {
  /** Name of its directory. */
  name: string
  /** Of the snapshot it is like; null while it may be like none. */
  fingerprint: string | null
  units: UnitTips[]
  /** ms since 1970. */
  usedAt: number
}

const file = (directory: string) => join(directory, 'mirror.json')

/** The mark in a mirror's own directory; null where there is none. */
export async function readMark(directory: string): Promise<MirrorMark | null> {
  const text = await textIfAny(file(directory))
  return text === null ? null : (JSON.parse(text) as MirrorMark)
}

export const writeMark = (directory: string, mark: MirrorMark): Promise<void> =>
  writeAtomic(file(directory), JSON.stringify(mark))
