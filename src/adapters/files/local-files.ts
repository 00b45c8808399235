import { mkdir, readdir, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Files } from '../../core/ports.ts'
import { writeAtomic } from '../../lib/write-atomic.ts'

/** The file system of this machine. */
export function createLocalFiles(): Files {
  return {
    readText: (path) => orUndefined(readFile(path, 'utf8')),
    writeText: (path, text, mode = 0o600) => translated(path, () => writeWithParents(path, text, mode)),
    mode: async (path) => {
      const status = await orUndefined(stat(path))
      return status && status.mode & 0o7777
    },
    exists: async (path) => (await orUndefined(stat(path))) !== undefined,
    isDirectory: async (path) => (await orUndefined(stat(path)))?.isDirectory() ?? false,
    list: async (path) => (await orUndefined(readdir(path))) ?? [],
    remove: (path) => translated(path, () => rm(path, { recursive: true, force: true })),
    removeIfEmpty: (path) => translated(path, () => removeEmptyDirectory(path)),
    makeDirectory: (path) => translated(path, async () => void (await mkdir(path, { recursive: true, mode: 0o700 }))),
    realPath: (path) => orUndefined(realpath(path)),
  }
}

async function writeWithParents(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeAtomic(path, text, mode)
}

const inUse = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT'])

async function removeEmptyDirectory(path: string): Promise<void> {
  try {
    await rmdir(path)
  } catch (error) {
    if (!inUse.has(codeOf(error))) throw error
  }
}

const absent = new Set(['ENOENT', 'ENOTDIR'])

async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (absent.has(codeOf(error))) return undefined
    throw toFileError(error)
  }
}

async function translated<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toFileError(error, path)
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '')

function toFileError(error: unknown, path?: string): AppError {
  const message = error instanceof Error ? error.message : String(error)
  const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'
  return new AppError(
    full ? 'DISK_FULL' : 'WORKSPACE_FAILED',
    full ? `no space left to write ${path ?? ''}` : message,
    {
      cause: error,
    },
  )
}
