import { open, rm, stat } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { Transcripts } from '../../core/ports.ts'

/** Session logs as files of this machine. */
export function createLocalTranscripts(): Transcripts {
  return {
    size: (logFile) => translated(() => sizeOf(logFile)),
    read: (logFile, from, to) => translated(() => readRange(logFile, from, to)),
    remove: ({ logFile, exitFile }) =>
      translated(async () => {
        await rm(logFile, { force: true })
        await rm(exitFile, { force: true })
      }),
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

async function readRange(file: string, from: number, to: number): Promise<Uint8Array> {
  const size = Math.min(await sizeOf(file), to) - from
  if (size <= 0) return new Uint8Array()
  const handle = await open(file)
  try {
    const bytes = new Uint8Array(size)
    let filled = 0
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, from + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } finally {
    await handle.close()
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new AppError('SESSION_FAILED', `the session's log cannot be used: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
