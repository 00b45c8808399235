import { lstat, mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../../../lib/write-atomic.ts'
import { type BytePath, textOf } from '../bytes.ts'
import { textIfAny } from '../if-any.ts'
import { placeOfUnit } from './places.ts'

const noteOf = (kept: string) => join(kept, 'empty.json')

/** Takes away those that were made before and are wanted no more: before the files, which may have their names now. */
export async function dropEmptyDirectories(place: string, kept: string, wanted: readonly BytePath[]): Promise<void> {
  const before = JSON.parse((await textIfAny(noteOf(kept))) ?? '[]') as BytePath[]
  for (const path of before) if (!wanted.includes(path)) await removeUpwards(place, path)
}

/** The directory, and those around it that held nothing else. */
async function removeUpwards(place: string, path: BytePath): Promise<void> {
  const parts = path.split('/')
  for (let length = parts.length; length > 0; length -= 1) {
    // one that is gone, or holds something by now, ends it
    const gone = await rmdir(join(place, textOf(parts.slice(0, length).join('/')))).then(
      () => true,
      () => false,
    )
    if (!gone) return
  }
}

/** Makes the directories in which nothing lies. Throws NAME_INVALID for one that would lead elsewhere. */
export async function makeEmptyDirectories(place: string, kept: string, wanted: readonly BytePath[]): Promise<void> {
  for (const path of wanted) await makeBelow(place, path)
  await writeAtomic(noteOf(kept), JSON.stringify(wanted))
}

/** Part by part: each is looked at before anything is made in it. */
async function makeBelow(place: string, path: BytePath): Promise<void> {
  const parts = path.split('/')
  for (let length = 1; length <= parts.length; length += 1) {
    const directory = await placeOfUnit(place, parts.slice(0, length).join('/'))
    const there = await lstat(directory).catch(() => null)
    if (there === null) await mkdir(directory)
    // a file or a link that came by this name stays what it is
    else if (!there.isDirectory()) return
  }
}
