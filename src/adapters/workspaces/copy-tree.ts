import { chmod, mkdir } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import type { SkippedFile } from '../../core/ports/workspaces.ts'
import { errnoOf } from '../../lib/errno.ts'
import type { Limiter } from '../../lib/limiter.ts'
import { copyAttributes } from './attributes.ts'
import type { BytePath } from './bytes.ts'
import { bytesAt, textOf } from './bytes.ts'
import { copyListed, copyPaths } from './commands.ts'
import { plainEnvironment } from './environment.ts'
import { parseCopyComplaints, saysFull } from './parse.ts'
import type { CopyPlan } from './plan-copy.ts'

export interface CopyJob {
  /** Absolute directories; `to` exists. */
  from: string
  to: string
  plan: CopyPlan
  signal?: AbortSignal | undefined
  /** Told how many more files are there. */
  onFiles?: ((files: number) => void) | undefined
}

export interface CopyTools {
  host: Host
  /** Shared by all copies of this machine: many more programs at once than cores only get in each other's way. */
  limit: Limiter
  /**
   * For what must not wait behind all the files: repositories, of which one thing is copied after the other, and looks at what
   * changed in a source.
   */
  aside: Limiter
}

/** How often a file is tried that is replaced each time it is read. */
const attempts = 3

/** Copies what a plan says. Throws DISK_FULL and WORKSPACE_FAILED once every program it started has ended. */
export async function copyTree({ host, limit }: Omit<CopyTools, 'aside'>, job: CopyJob): Promise<SkippedFile[]> {
  const stop = new AbortController()
  const signal = job.signal ? AbortSignal.any([job.signal, stop.signal]) : stop.signal
  const copier = { host, job, signal, stop, skipped: [] }

  await makeDirectories(job)
  const { batches, odd } = job.plan
  const runs = batches.map(({ paths, files }) => limit(() => copyBatch(copier, paths.map(textOf), files)))
  if (odd.length > 0) runs.push(limit(() => copyOdd(copier, odd)))
  const ended = await Promise.allSettled(runs)
  const failed = ended.find((run) => run.status === 'rejected')
  if (failed) throw signal.aborted ? signal.reason : failed.reason
  await finishDirectories(job)
  return copier.skipped
}

interface Copier {
  host: Host
  job: CopyJob
  signal: AbortSignal
  /** The first failure ends all programs of the job. */
  stop: AbortController
  skipped: SkippedFile[]
}

async function copyBatch(copier: Copier, paths: string[], files: number, attempt = 1): Promise<void> {
  const again = await run(copier, copyPaths(copier.job.to, paths))
  if (attempt === attempts) copier.skipped.push(...again.map((path) => ({ path, reason: 'vanished' as const })))
  else if (again.length > 0) await copyBatch(copier, again, 0, attempt + 1)
  if (files > 0) copier.job.onFiles?.(files)
}

async function copyOdd(copier: Copier, paths: BytePath[]): Promise<void> {
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1')
  await run(copier, copyListed(copier.job.to), input)
  copier.job.onFiles?.(paths.length)
}

/** Runs a copying program; returns what it should try again. */
async function run(
  { host, job, signal, stop, skipped }: Copier,
  argv: string[],
  input?: Uint8Array,
): Promise<string[]> {
  try {
    const onLine = (line: string) => {
      // cp goes on with the next 10,000 files after the first that found no space
      if (saysFull(line)) stop.abort(diskFull(job.to))
    }
    const result = await host.run(argv, { cwd: job.from, env: plainEnvironment(), input, signal, onLine })
    if (result.exitCode === 0) return []
    const complaints = parseCopyComplaints(result.stderr)
    if (complaints.full) throw diskFull(job.to)
    if (complaints.others.length > 0 || result.exitCode === undefined)
      throw copyFailed(argv[0] ?? '', complaints.others)
    skipped.push(...complaints.skipped)
    return complaints.replaced
  } catch (error) {
    stop.abort(error)
    throw error
  }
}

/** The error of a full disk (or quota), wherever it was noticed. */
export function diskFull(path: string, cause?: unknown): AppError {
  return new AppError('DISK_FULL', `no space is left for ${path}`, { details: { path }, cause })
}

function copyFailed(program: string, lines: string[]): AppError {
  return new AppError('WORKSPACE_FAILED', `copying failed: ${lines[0] ?? `${program} was ended`}`, {
    details: { lines: lines.slice(0, 10) },
  })
}

/** Writable, also where they were there before, until their contents are there; `finishDirectories` gives them the mode of the source. */
async function makeDirectories({ to, plan }: CopyJob): Promise<void> {
  for (const path of plan.opened) {
    if (path === '') continue
    await mkdir(bytesAt(to, path), { mode: 0o700 }).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw error
      return chmod(bytesAt(to, path), 0o700)
    })
  }
}

/** Deepest first, for writing into a directory changes its time. */
async function finishDirectories({ from, to, plan }: CopyJob): Promise<void> {
  for (const path of plan.opened.toReversed()) await copyAttributes(bytesAt(from, path), bytesAt(to, path))
}
