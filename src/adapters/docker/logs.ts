import type { IncomingMessage } from 'node:http'
import { AppError } from '../../core/errors.ts'
import type { LogBatch, LogEntry, LogOptions } from '../../core/ports/engine.ts'
import type { EngineApi } from './api.ts'

/** A container's log (`GET /containers/ID/logs`), with the time of every entry. */
export async function* readLogs(
  api: EngineApi,
  container: string,
  { follow, since, until, tail }: LogOptions,
  signal: AbortSignal,
): AsyncIterable<LogBatch> {
  const path = `/containers/${encodeURIComponent(container)}`
  try {
    const { Config } = await api.get<{ Config: { Tty: boolean } }>(`${path}/json`)
    const query = { stdout: true, stderr: true, timestamps: true, follow, ...wholeSeconds(since, until), tail }
    const stream = await api.stream(`${path}/logs`, query, signal)
    const isWanted = between(since, until)
    for await (const { bytes, entries } of batches(stream, Config.Tty)) {
      const wanted = isWanted ? entries.filter(isWanted) : entries
      if (wanted.length > 0) yield { bytes, entries: wanted }
    }
  } catch (thrown) {
    if (signal.aborted || isGone(thrown)) return
    if (thrown instanceof AppError) throw thrown
    throw new AppError('ENGINE_UNAVAILABLE', 'the container engine went away while a log was read', { cause: thrown })
  }
}

/** Podman reads a moment as a floating-point number, some 100 ns off: it is asked for whole seconds, and then sifted. */
function wholeSeconds(since?: string, until?: string): { since?: number; until?: number } {
  return {
    ...(since !== undefined && { since: Math.floor(Number(since)) }),
    ...(until !== undefined && { until: Math.floor(Number(until)) + 1 }),
  }
}

/** undefined when there are no bounds. */
function between(since?: string, until?: string): ((entry: LogEntry) => boolean) | undefined {
  if (since === undefined && until === undefined) return undefined
  const [first, last] = [since === undefined ? '' : momentOf(since), until === undefined ? '~' : momentOf(until)]
  return ({ time }) => time >= first && time <= last
}

/** `1767323045.5` as the engine writes it: `2026-01-02T03:04:05.500000000Z`. */
function momentOf(seconds: string): string {
  const [whole = '0', decimals = ''] = seconds.split('.')
  return `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}.${decimals.padEnd(9, '0').slice(0, 9)}Z`
}

/** What a parser made of some bytes, and how many of them it left for the next time. */
interface Parsed {
  entries: LogEntry[]
  used: number
}

async function* batches(stream: IncomingMessage, tty: boolean): AsyncIterable<LogBatch> {
  const parse = tty ? parseTerminalLog : parseFramedLog
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    const { entries, used } = parse(bytes)
    rest = bytes.subarray(used)
    if (entries.length > 0) yield { bytes, entries }
  }
  // a last line without an end; of frames only whole ones count
  if (tty && rest.length > 0) yield { bytes: rest, entries: [entryAt(rest, 'stdout', 0, rest.length)] }
}

/** Frames of 8 bytes (stream, 0, 0, 0, length as 32 bits, big endian) and an entry each: its time, a space, what was written. */
export function parseFramedLog(bytes: Buffer): Parsed {
  const entries: LogEntry[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const end = at + 8 + bytes.readUInt32BE(at + 4)
    if (end > bytes.length) break
    entries.push(entryAt(bytes, bytes[at] === 2 ? 'stderr' : 'stdout', at + 8, end))
    at = end
  }
  return { entries, used: at }
}

/** A container with a terminal has one stream without frames: lines, each behind its time. */
export function parseTerminalLog(bytes: Buffer): Parsed {
  const entries: LogEntry[] = []
  let at = 0
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, at)) {
    entries.push(entryAt(bytes, 'stdout', at, end + 1))
    at = end + 1
  }
  return { entries, used: at }
}

const newline = 0x0a
/** Length of Docker's times: `2026-01-02T03:04:05.123456789Z`. */
const usualTime = 30

function entryAt(bytes: Buffer, stream: LogEntry['stream'], start: number, end: number): LogEntry {
  const usual = start + usualTime
  if (usual < end && bytes[usual] === space && bytes[usual - 1] === utc)
    return { stream, time: bytes.toString('latin1', start, usual), start: usual + 1, end }
  const gap = bytes.indexOf(space, start)
  if (gap === -1 || gap >= end) return { stream, time: '', start, end }
  return { stream, time: usualForm(bytes.toString('latin1', start, gap)), start: gap + 1, end }
}

const space = 0x20
const utc = 0x5a

/** Podman's times have the machine's zone and as many decimals as they need: the same moment in Docker's form. */
function usualForm(time: string): string {
  const decimals = /\.(\d+)/.exec(time)?.[1] ?? ''
  return `${new Date(time).toISOString().slice(0, 19)}.${decimals.padEnd(9, '0')}Z`
}

const isGone = (thrown: unknown) => thrown instanceof AppError && thrown.details['status'] === 404
