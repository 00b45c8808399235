import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

interface FollowOptions {
  /** How many of the last lines to begin with. */
  tail: number
  /** Go on with what is written, until the signal aborts. */
  follow: boolean
  signal: AbortSignal
}

/** How often a file that is followed is looked at, ms. */
const interval = 100

/** Longest stretch of a file that is read for its last lines, bytes. */
const longestTail = 4 * 1024 * 1024

/**
 * The last lines of a text file, then, if asked, those to come, also after it was replaced or cut. A missing file has
 * no lines; a last line without its newline is shown once it has one, or at the end.
 */
export async function* followFile(path: string, { tail, follow, signal }: FollowOptions): AsyncGenerator<string> {
  const seen = { file: -1, position: 0 }
  let rest = ''
  for (let first = true; ; first = false) {
    const read = await readNew(path, seen)
    rest = read.rest
    yield* first && tail < read.lines.length ? read.lines.slice(read.lines.length - tail) : read.lines
    if (!follow || signal.aborted) break
    await wait(interval, undefined, { signal }).catch(ignoreAbort)
  }
  if (rest !== '') yield rest
}

/** The loop sees the signal itself. */
const ignoreAbort = () => undefined

/** Whole lines since the last look, and what stands after the last newline; `seen` moves on behind the lines. */
async function readNew(
  path: string,
  seen: { file: number; position: number },
): Promise<{ lines: string[]; rest: string }> {
  const file = await openOrNothing(path)
  if (file === undefined) return { lines: [], rest: '' }
  try {
    const { ino, size } = await file.stat()
    if (ino !== seen.file) seen.position = seen.file === -1 ? Math.max(0, size - longestTail) : 0
    else if (size < seen.position) seen.position = 0
    seen.file = ino
    const bytes = Buffer.alloc(size - seen.position)
    await file.read(bytes, 0, bytes.length, seen.position)
    const end = bytes.lastIndexOf('\n') + 1
    seen.position += end
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1)
    return { lines, rest: bytes.toString('utf8', end) }
  } finally {
    await file.close()
  }
}

async function openOrNothing(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
