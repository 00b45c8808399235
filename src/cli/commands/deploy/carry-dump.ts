import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Client } from '../../../client/client.ts'
import { ClientError } from '../../../client/failure.ts'
import type { ApiError } from '../../../contract/events.ts'
import { frameTypes, readFrames } from '../../../contract/frames.ts'
import type { Input } from '../../../contract/routes.ts'
import type { BerthContext } from '../../context.ts'
import { failure, usage } from '../../failure.ts'
import { drained } from '../../ui/drained.ts'

type About = Pick<Input<'dump.read'>, 'app' | 'addon' | 'context'>

/** A dump that came here whole. */
export interface Fetched {
  /** Absolute path; null: it went to stdout. */
  file: string | null
  /** As its machine calls it. */
  name: string
  bytes: number
  sha256: string
}

/** How much of a dump is sent at once, bytes: berthd holds no more of it. */
const pieceSize = 1024 * 1024

/**
 * Brings a dump here, into a file that only its owner can read and that is there whole or not at all, or to stdout. Throws
 * USAGE where there is such a file, BACKUP_NOT_FOUND, BACKUP_FAILED.
 */
export async function fetchDump(
  context: BerthContext,
  client: Client,
  request: Input<'dump.read'>,
  { to, onBytes }: { to: string | undefined; onBytes: (bytes: number) => void },
): Promise<Fetched> {
  const frames = readFrames(await client.open('dump.read', request, context.signal))
  const hash = createHash('sha256')
  const told: { name?: string; bytes?: number; sha256?: string } = {}
  let sink: Sink | undefined
  let came = 0
  try {
    for await (const { type, payload } of frames) {
      if (type === frameTypes.error) throw new ClientError(JSON.parse(payload.toString()) as ApiError)
      if (type === frameTypes.event) Object.assign(told, JSON.parse(payload.toString()) as typeof told)
      sink ??= await openSink(context, request, to, told.name ?? 'dump')
      if (type !== frameTypes.output) continue
      hash.update(payload)
      came += payload.length
      onBytes(came)
      await sink.write(payload)
    }
    const { name = '', sha256 = '' } = told
    if (sink === undefined || came !== told.bytes || hash.digest('hex') !== sha256)
      throw failure('BACKUP_FAILED', 'the dump did not arrive as it was sent', 'run the same command again')
    return { file: await sink.keep(), name, bytes: came, sha256 }
  } catch (error) {
    await sink?.drop()
    throw error
  }
}

interface Sink {
  write(bytes: Buffer): Promise<void>
  /** Returns where it is. */
  keep(): Promise<string | null>
  drop(): Promise<void>
}

async function openSink(
  context: BerthContext,
  { app, addon }: About,
  to: string | undefined,
  name: string,
): Promise<Sink> {
  const { stdout } = context.process
  if (to === '-')
    return {
      write: async (bytes) => void (stdout.write(bytes) || (await drained(stdout))),
      keep: () => Promise.resolve(null),
      drop: () => Promise.resolve(),
    }
  const file = resolve(context.directory, to ?? `${app}-${addon}-${name}`)
  if (await stat(file).catch(() => undefined))
    throw usage(`${file} is there already`, 'name another file: berth app fetch --to FILE')
  const part = `${file}.${randomBytes(4).toString('hex')}.part`
  const handle: FileHandle = await open(part, 'wx', 0o600).catch((error: Error) => {
    throw usage(`${file} cannot be written: ${error.message}`, 'name another file: berth app fetch --to FILE')
  })
  return {
    write: async (bytes) => void (await handle.write(bytes)),
    async keep() {
      await handle.sync()
      await handle.close()
      await rename(part, file)
      return file
    },
    async drop() {
      await handle.close()
      await rm(part, { force: true })
    },
  }
}

/** Sends a dump from here (`-`: from stdin); returns what a restore knows it by. Throws USAGE, ADDON_NOT_FOUND, BACKUP_FAILED. */
export async function sendDump(
  context: BerthContext,
  client: Client,
  about: About,
  { from, onBytes }: { from: string; onBytes: (bytes: number) => void },
): Promise<{ id: string; sha256: string }> {
  const id = randomBytes(8).toString('hex')
  const hash = createHash('sha256')
  let offset = 0
  for await (const bytes of pieces(sourceOf(context, from))) {
    if (context.signal.aborted) break
    hash.update(bytes)
    const { bytes: there } = await client.call('dump.send', { ...about, id, offset, base64: bytes.toString('base64') })
    offset = there
    onBytes(offset)
  }
  if (offset === 0) throw usage(`there is nothing in ${from === '-' ? 'the input' : from}`, 'name a dump: --file FILE')
  return { id, sha256: hash.digest('hex') }
}

async function* sourceOf({ process, directory }: BerthContext, from: string): AsyncGenerator<Buffer> {
  if (from === '-') {
    yield* process.stdin as AsyncIterable<Buffer>
    return
  }
  try {
    yield* createReadStream(resolve(directory, from), { highWaterMark: pieceSize }) as AsyncIterable<Buffer>
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw usage(`${from} cannot be read: ${error.message}`)
    throw error
  }
}

/** What comes in pieces of any size, in pieces of one. */
async function* pieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let size = 0
  for await (const bytes of source)
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + pieceSize - size)
      held.push(part)
      size += part.length
      at += part.length
      if (size < pieceSize) continue
      yield Buffer.concat(held)
      held = []
      size = 0
    }
  if (size > 0) yield Buffer.concat(held)
}
