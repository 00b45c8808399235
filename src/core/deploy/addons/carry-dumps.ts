import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import { requireApp } from '../apps.ts'
import type { DeployDeps } from '../deps.ts'
import type { AppRecord } from '../model.ts'
import { liveAddons } from './backup.ts'
import { directoryOf, listBackups } from './dumps-of.ts'

/** Files that are too large to be held whole. */
export interface DumpFiles {
  /** Bytes. */
  size(path: string): Promise<number>
  read(path: string): AsyncIterable<Uint8Array>
  /** Adds to a file (0600) that ends at `offset`; 0 begins it anew. Returns where it ends then. */
  append(path: string, offset: number, bytes: Uint8Array): Promise<number>
  /** SHA-256, hex. */
  digest(path: string): Promise<string>
}

type CarryDeps = Pick<DeployDeps, 'store' | 'files' | 'paths'> & { dumpFiles: DumpFiles }

interface AddonOfApp {
  context: string
  app: string
  addon: string
}

/** What of a dump is sent, piece by piece: first what it is, last its digest. */
export type DumpPiece = { name: string; bytes: number } | { sha256: string } | Uint8Array

/** A dump on its way to somebody. Throws APP_NOT_FOUND, BACKUP_NOT_FOUND. */
export async function* readDump(
  deps: CarryDeps,
  { backup, ...of }: AddonOfApp & { backup?: string | undefined },
): AsyncGenerator<DumpPiece> {
  const app = await requireApp(deps, of.context, of.app)
  const dumps = (await listBackups(deps, app)).filter(({ addon }) => addon === of.addon)
  const found = dumps.find(({ name }) => backup === undefined || name === backup)
  if (found === undefined) throw noDump(of.addon, backup, dumps)
  const path = join(directoryOf(deps, app, found.addon), found.name)
  yield { name: found.name, bytes: await deps.dumpFiles.size(path) }
  const hash = createHash('sha256')
  for await (const bytes of deps.dumpFiles.read(path)) {
    hash.update(bytes)
    yield bytes
  }
  yield { sha256: hash.digest('hex') }
}

/** There is no such dump of an add-on; says which there are. */
export const noDump = (addon: string, backup: string | undefined, dumps: readonly { name: string }[]) =>
  new AppError('BACKUP_NOT_FOUND', `there is no dump ${backup === undefined ? '' : `${backup} `}of ${addon}`, {
    details: { dumps: dumps.map(({ name }) => name) },
  })

/** Where a dump lies that somebody sends, until it is restored: no list shows it. */
export const sentFile = (deps: Pick<CarryDeps, 'paths'>, app: Pick<AppRecord, 'id'>, addon: string, id: string) =>
  join(directoryOf(deps, app, addon), `${id}.sent`)

/**
 * Takes a piece of a dump that somebody sends. The first one takes away what was left of another that never came whole. Returns
 * how much is there. Throws ADDON_NOT_FOUND, BACKUP_FAILED.
 */
export async function takePiece(
  deps: CarryDeps,
  { id, offset, bytes, ...of }: AddonOfApp & { id: string; offset: number; bytes: Uint8Array },
): Promise<number> {
  const app = await requireApp(deps, of.context, of.app)
  const [addon] = await liveAddons(deps, app, of.addon)
  // it is of the release: nothing else becomes part of a path
  const name = addon?.name ?? of.addon
  if (offset === 0) {
    const others = (await deps.files.list(directoryOf(deps, app, name))).filter((file) => file.endsWith('.sent'))
    for (const file of others) await deps.files.remove(join(directoryOf(deps, app, name), file))
  }
  const file = sentFile(deps, app, name, id)
  const end = await deps.dumpFiles.append(file, offset, bytes).catch((cause: unknown) => {
    throw new AppError('BACKUP_FAILED', `the dump could not be kept: ${(cause as Error).message}`, { cause })
  })
  if (end === offset + bytes.length) return end
  throw new AppError('BACKUP_FAILED', 'another dump was sent meanwhile, or a piece of this one is missing')
}

/** The file of a dump that was sent, once it is whole. Throws BACKUP_FAILED. */
export async function requireSent(
  deps: CarryDeps,
  app: AppRecord,
  addon: string,
  { id, sha256 }: { id: string; sha256: string },
): Promise<string> {
  const file = sentFile(deps, app, addon, id)
  const isWhole = (await deps.files.exists(file)) && (await deps.dumpFiles.digest(file)) === sha256
  if (isWhole) return file
  throw new AppError('BACKUP_FAILED', 'the dump did not arrive as it was sent', { hint: 'send it again' })
}
