import { constants } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
} from 'node:fs/promises'
import type { FileState } from '../../core/names/resolver-model.ts'

/** What stands at a path now. */
export async function readState(path: string): Promise<FileState> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  })
  if (stats === null) return { kind: 'absent' }
  if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(path) }
  if (stats.isDirectory()) return { kind: 'directory' }
  const { mode, uid, gid } = stats
  return { kind: 'file', content: await readFile(path, 'latin1'), mode: mode & 0o7777, uid, gid }
}

/** Makes a path what the state says. */
export async function writeState(path: string, state: FileState): Promise<void> {
  if (state.kind === 'directory') return void (await mkdir(path, { recursive: true, mode: 0o755 }))
  if (state.kind === 'absent') return removeState(path)
  const draft = `${path}.berth-${process.pid}`
  await rm(draft, { force: true })
  if (state.kind === 'link') {
    await symlink(state.target, draft)
    return rename(draft, path)
  }
  try {
    await writeDraft(draft, state)
    await rename(draft, path)
  } catch (error) {
    // A container's resolv.conf is a mount of its own: it cannot be replaced, only written into.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
    await copyFile(draft, path)
    await chmod(path, state.mode)
    await chown(path, state.uid, state.gid)
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeDraft(draft: string, state: FileState & { kind: 'file' }): Promise<void> {
  const file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    await file.writeFile(state.content, 'latin1')
    await file.sync()
  } finally {
    await file.close()
  }
  await chmod(draft, state.mode)
  await chown(draft, state.uid, state.gid)
}

/** A directory goes only when it is empty: others may have put something in. */
async function removeState(path: string): Promise<void> {
  const state = await readState(path)
  if (state.kind !== 'directory') return rm(path, { force: true })
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY') throw error
  })
}
