import { beginMark, endMark } from './scripts.ts'

/** How a program there ended: its exit code and whether its time was up, or that nothing is known of it any more. */
export type RemoteEnd = { exitCode: number; timedOut: boolean } | 'lost'

/** Takes the marks out of a stream of bytes: what comes between them is output, whole and unchanged. */
export interface EndReader {
  /** The bytes that are certainly output. */
  take(chunk: Buffer): Buffer
  /** Whether the first mark was seen. */
  hasBegun(): boolean
  end(): RemoteEnd | undefined
}

/** The mark, code and flag are never longer than this. */
const longestMark = 96

/** A reader for the marks that hold this secret. */
export function createEndReader(nonce: string): EndReader {
  const begin = Buffer.from(`${beginMark}${nonce}\n`)
  const mark = Buffer.from(`${endMark}${nonce}:`)
  let held: Buffer = Buffer.alloc(0)
  let begun = false
  let end: RemoteEnd | undefined
  return {
    take(chunk) {
      if (end !== undefined) return Buffer.alloc(0)
      const all = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const bytes = begun ? all : behindBegin(all)
      if (bytes === undefined) return Buffer.alloc(0)
      const at = bytes.indexOf(mark)
      if (at < 0) return keep(bytes, possibleStart(bytes))
      const close = bytes.indexOf(0x0a, at)
      if (close < 0) return keep(bytes, at)
      end = readEnd(bytes.toString('latin1', at + mark.length, close))
      return bytes.subarray(0, at)
    },
    hasBegun: () => begun,
    end: () => end,
  }

  /** Undefined before it begins: what stands there is a shell's greeting, or the rest of the program before. */
  function behindBegin(bytes: Buffer): Buffer | undefined {
    const at = bytes.indexOf(begin)
    begun = at >= 0
    if (begun) return bytes.subarray(at + begin.length)
    held = bytes.subarray(Math.max(0, bytes.length - begin.length))
    return undefined
  }

  function keep(bytes: Buffer, from: number): Buffer {
    held = bytes.subarray(from)
    return bytes.subarray(0, from)
  }
}

/** Where a mark may begin whose rest has not come yet. */
function possibleStart(bytes: Buffer): number {
  const at = bytes.lastIndexOf(0x1e)
  return at >= 0 && bytes.length - at < longestMark ? at : bytes.length
}

function readEnd(text: string): RemoteEnd {
  const [code, late] = text.split(':')
  return /^\d+$/.test(code ?? '') ? { exitCode: Number(code), timedOut: late === '1' } : 'lost'
}
