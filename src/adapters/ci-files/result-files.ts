import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ResultCache } from '../../core/ports/ci.ts'

/** Bytes all outputs may take together; the ones used longest ago make way. */
const capacity = 512 * 1024 * 1024
/** What wrote more than this is run again: replaying it is no gain. */
const largestOutput = 32 * 1024 * 1024

interface Entry {
  ms: number
  /** sha256 of the output, its name. */
  output: string
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** `results/<key>.json`, each naming an output by its content, `outputs/<sha256>`. Whatever is damaged was never there. */
export function createResultFiles(directory: string): ResultCache {
  const resultFile = (key: string) => join(directory, 'results', key.slice(0, 2), `${key}.json`)
  const outputFile = (hash: string) => join(directory, 'outputs', hash.slice(0, 2), hash)
  return {
    async find(key) {
      try {
        const entry = JSON.parse(await readFile(resultFile(key), 'utf8')) as Entry
        const output = await readFile(outputFile(entry.output))
        if (sha256(output) !== entry.output || !Number.isFinite(entry.ms)) return undefined
        void touch(outputFile(entry.output))
        return { ms: entry.ms, output }
      } catch {
        return undefined
      }
    },
    async keep(key, ms, log) {
      try {
        if ((await stat(log)).size > largestOutput) return
        const output = await readFile(log)
        const hash = sha256(output)
        await write(outputFile(hash), output)
        await write(resultFile(key), JSON.stringify({ ms, output: hash } satisfies Entry))
        await trim(directory)
      } catch {
        // a full disk: it will run again
      }
    },
    forget: (key) => rm(resultFile(key), { force: true }),
  }
}

const touch = (file: string) => utimes(file, new Date(), new Date()).catch(() => undefined)

async function write(file: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
  await writeFile(temporary, contents, { mode: 0o600 })
  await rename(temporary, file)
}

/** A result whose output is gone counts as none, and is removed when its turn comes. */
async function trim(directory: string): Promise<void> {
  const files = await Promise.all(
    [...(await filesBelow(join(directory, 'outputs'))), ...(await filesBelow(join(directory, 'results')))].map(statOf),
  )
  const known = files.flatMap((file) => file ?? []).sort((one, other) => other.used - one.used)
  let sum = 0
  for (const { path, size } of known) {
    sum += size
    if (sum > capacity) await rm(path, { force: true })
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function statOf(path: string) {
  const found = await stat(path).catch(() => undefined)
  return found && { path, size: found.size, used: found.mtimeMs }
}
