import type { SessionDeps } from './deps.ts'
import { findSession, type SessionRef } from './find-session.ts'
import type { SessionView } from './model.ts'
import { createPlainText } from './plain-text.ts'

/** How a transcript is wanted. */
export interface TranscriptRequest extends SessionRef {
  /** Escape sequences taken out and line ends made `\n`; the terminal's own bytes otherwise. */
  plain?: boolean
  /** Only the last lines, as many as this. */
  tail?: number | undefined
  /** Only what stands at and after this byte. */
  from?: number | undefined
  /** Goes on until the session ends. */
  follow?: boolean
  signal?: AbortSignal
}

/** A piece of a transcript. */
export interface TranscriptPiece {
  bytes: Uint8Array
  /** Offset in the log just after it, to go on from. */
  next: number
}

/** Bytes read at once. */
const pieceSize = 256 * 1024
/** How often a followed log is looked at. */
const pollMs = 100

/** What a session printed, in pieces, whole and in order. Throws SESSION_NOT_FOUND. */
export async function* readTranscript(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock' | 'transcripts'>,
  request: TranscriptRequest,
): AsyncGenerator<TranscriptPiece> {
  const session = await findSession(deps, request)
  const pieces = rawPieces(deps, session, { ...request, from: await firstByte(deps, session, request) })
  yield* request.plain ? plainPieces(pieces) : pieces
}

async function* rawPieces(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock' | 'transcripts'>,
  session: SessionView,
  { from, follow, signal, env }: TranscriptRequest & { from: number },
): AsyncGenerator<TranscriptPiece> {
  let next = from
  for (let look = 0; ; look++) {
    // asked before the log is read: what ended before has written all it had to
    const isLast = !follow || session.state !== 'running' || (await hasEnded(deps, env, session, look))
    for (;;) {
      signal?.throwIfAborted()
      const bytes = await deps.transcripts.read(session.logFile, next, next + pieceSize)
      if (bytes.length === 0) break
      next += bytes.length
      yield { bytes, next }
    }
    if (isLast) return
    await deps.clock.wait(pollMs, signal)
  }
}

/** An exit code is read from a file, at every look; whether a session was lost is asked of the multiplexer, now and then. */
async function hasEnded(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock'>,
  env: SessionRef['env'],
  session: SessionView,
  look: number,
): Promise<boolean> {
  if ((await deps.multiplexer.exitCode(session)) !== null) return true
  if (look % 20 !== 19) return false
  return (await findSession(deps, { env, name: session.name })).state !== 'running'
}

async function* plainPieces(pieces: AsyncIterable<TranscriptPiece>): AsyncGenerator<TranscriptPiece> {
  const plain = createPlainText()
  const encoder = new TextEncoder()
  let next = 0
  for await (const piece of pieces) {
    next = piece.next
    const text = plain.push(piece.bytes)
    if (text !== '') yield { bytes: encoder.encode(text), next }
  }
  const rest = plain.end()
  if (rest !== '') yield { bytes: encoder.encode(rest), next }
}

/** Where the last `tail` lines begin, read backwards from the end. */
async function firstByte(
  { transcripts }: Pick<SessionDeps, 'transcripts'>,
  { logFile }: SessionView,
  { tail, from = 0 }: TranscriptRequest,
): Promise<number> {
  if (tail === undefined) return from
  const size = await transcripts.size(logFile)
  if (tail <= 0) return size
  let missing = tail
  for (let end = size; end > from; end -= pieceSize) {
    const start = Math.max(from, end - pieceSize)
    const bytes = await transcripts.read(logFile, start, end)
    for (let at = bytes.length - 1; at >= 0; at--) {
      // the newline at the very end closes the last line, it does not begin another
      if (bytes[at] !== 10 || start + at === size - 1) continue
      missing--
      if (missing <= 0) return start + at + 1
    }
  }
  return from
}
