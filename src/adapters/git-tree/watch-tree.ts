import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TreeFile, TreeWatcher } from '../../core/ports/ci.ts'
import { errnoOf } from '../../lib/errno.ts'

/** Programs that write many files write them within this, ms: one change is told, and not a hundred. */
const quiet = 80
/** However much is written, what has changed until then is told, ms. */
const longestWait = 600
/** Directories watched before anybody knows whether git ignores them: an install makes thousands. */
const mostNew = 64
/** Between two looks where the kernel watches no more, ms. */
const pollEvery = 1000

/** Watches the directories that hold files git does not ignore, and those that are new. */
export function watchTree(directory: string, signal: AbortSignal): TreeWatcher {
  const noted = createNote(signal)
  const directories = watchDirectories(directory, () => noted.note())
  signal.addEventListener('abort', () => directories.closeAll(), { once: true })
  directories.add('')
  return {
    cover: (files) => directories.cover(files),
    async changed() {
      const poll = directories.complete() ? undefined : wait(pollEvery, undefined, { ref: false })
      await Promise.race([noted.dirty(), ...(poll === undefined ? [] : [poll])])
      await noted.settle()
    },
  }
}

/** When something happened, and since when nothing has. */
function createNote(signal: AbortSignal) {
  let dirty = Promise.withResolvers<void>()
  let [first, last] = [0, 0]
  signal.addEventListener('abort', () => dirty.resolve(), { once: true })
  const note = () => {
    last = performance.now()
    if (first === 0) first = last
    dirty.resolve()
  }
  return {
    note,
    dirty: () => dirty.promise,
    async settle() {
      for (;;) {
        const now = performance.now()
        const left = Math.min(last + quiet, first + longestWait) - now
        if (left <= 0 || signal.aborted) break
        await wait(left, undefined, { signal }).catch(() => undefined)
      }
      if (signal.aborted) return
      first = 0
      dirty = Promise.withResolvers()
    },
  }
}

/** Which directories are watched: those of the files, and new ones. Paths are relative to the top, which is ''. */
function watchDirectories(top: string, note: () => void) {
  const fresh = new Set<string>()
  const watchers = createWatchers(top, (path, kind, name) => {
    if (path === '' && name === '.git') return
    if (kind === 'rename' && name !== null) addNew(path === '' ? name : `${path}/${name}`)
    note()
  })
  const addNew = (path: string) => {
    const entries = entriesOf(join(top, path))
    if (entries === undefined || fresh.size >= mostNew) return
    watchers.add(path)
    fresh.add(path)
    for (const entry of entries) if (entry.isDirectory()) addNew(`${path}/${entry.name}`)
  }
  const cover = (files: readonly TreeFile[]) => {
    const wanted = directoriesOf(files)
    for (const path of wanted) watchers.add(path)
    for (const path of watchers.paths()) {
      // git lists nothing of a new directory that holds files: it ignores them
      if (wanted.has(path) || !(fresh.has(path) && holdsNoFile(join(top, path)))) fresh.delete(path)
      if (!wanted.has(path) && !fresh.has(path)) watchers.close(path)
    }
  }
  return { ...watchers, cover }
}

type Heard = (path: string, kind: string, name: string | null) => void

function createWatchers(top: string, heard: Heard) {
  const watchers = new Map<string, FSWatcher>()
  let complete = true
  const close = (path: string) => {
    watchers.get(path)?.close()
    watchers.delete(path)
  }
  const add = (path: string) => {
    if (watchers.has(path)) return
    try {
      const watcher = watch(join(top, path), { persistent: false }, (kind, name) => heard(path, kind, name))
      watcher.on('error', () => close(path))
      watchers.set(path, watcher)
    } catch (error) {
      // the kernel watches no more directories; one that is gone already is no loss
      if (['ENOSPC', 'EMFILE'].includes(errnoOf(error) ?? '')) complete = false
    }
  }
  const closeAll = () => {
    for (const path of watchers.keys()) close(path)
  }
  return { add, close, closeAll, paths: () => [...watchers.keys()], complete: () => complete }
}

/** The directories these files lie in, and all above. */
function directoriesOf(files: readonly TreeFile[]): Set<string> {
  const found = new Set([''])
  for (const { path } of files)
    for (let at = dirname(path); at !== '.' && !found.has(at); at = dirname(at)) found.add(at)
  return found
}

const holdsNoFile = (path: string) => entriesOf(path)?.every((entry) => entry.isDirectory()) ?? false

/** Undefined where there is no such directory. */
function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return undefined
  }
}
