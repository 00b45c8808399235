import { createReadStream, watch } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from '../../core/ci/model.ts'
import type { RunRecords } from '../../core/ports/ci.ts'

/** Runs that are kept, the newest. */
const kept = 100

/** Runs as directories: `run.json` and a log for each stage. */
export function createRunFiles(directory: string): RunRecords {
  const place = (id: string) => join(directory, id)
  return {
    async create(run) {
      await mkdir(place(run.id), { recursive: true, mode: 0o700 })
      await save(place(run.id), run)
    },
    save: (run) => save(place(run.id), run),
    list: () => list(directory),
    read: (id) => (/^[a-z0-9]+$/.test(id) ? read(place(id)) : Promise.resolve(undefined)),
    write: (file, bytes) => appendFile(file, bytes, { mode: 0o600 }),
    size: (file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    cut: (file, size) => truncate(file, size).catch(() => undefined), // nothing was written yet
    log: (id, stage) => join(place(id), `${stage}.log`),
    follow,
    async trim() {
      const old = (await list(directory)).filter(({ state }) => state !== 'running').slice(kept)
      await Promise.all(old.map(({ id }) => rm(place(id), { recursive: true, force: true })))
    },
  }
}

/** Whole or not at all. Not synced: a record is worth less than the milliseconds that takes. */
async function save(place: string, run: Run): Promise<void> {
  const temporary = join(place, `run.${process.pid}.tmp`)
  await writeFile(temporary, JSON.stringify(run), { mode: 0o600 })
  await rename(temporary, join(place, 'run.json'))
}

async function read(place: string): Promise<Run | undefined> {
  try {
    return JSON.parse(await readFile(join(place, 'run.json'), 'utf8')) as Run
  } catch {
    return undefined // cut off by a crash, or not there
  }
}

async function list(directory: string): Promise<Run[]> {
  const names = await readdir(directory).catch(() => [])
  const runs = await Promise.all(names.map((name) => read(join(directory, name))))
  return runs.flatMap((run) => run ?? []).sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1))
}

/** The kernel says when a file grew: nothing is asked again and again. */
async function* follow(
  file: string,
  from: number,
  over: () => boolean,
  changed: () => Promise<void>,
): AsyncGenerator<Buffer> {
  let at = from
  let grown = Promise.withResolvers<void>()
  const tell = () => {
    grown.resolve()
    grown = Promise.withResolvers()
  }
  let watcher: ReturnType<typeof watch> | undefined
  try {
    for (;;) {
      // asked before reading: what is written until then is read now
      const [last, next] = [over(), grown.promise]
      watcher ??= tryWatch(file, tell)
      for await (const bytes of readFrom(file, at)) {
        at += bytes.length
        yield bytes
      }
      if (last) return
      if (!over()) await Promise.race([next, changed()])
      yield Buffer.alloc(0)
    }
  } finally {
    watcher?.close()
  }
}

/** Undefined while the file is not there yet. */
function tryWatch(file: string, tell: () => void) {
  try {
    const watcher = watch(file, tell)
    watcher.on('error', tell)
    watcher.unref()
    return watcher
  } catch {
    return undefined
  }
}

async function* readFrom(file: string, start: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file, { start })) yield chunk as Buffer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
