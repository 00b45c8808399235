import { frameHeader, frameStreams, frameTypes, jsonFrame, writeFrameHeader } from '../../contract/frames.ts'
import type { LogMessage } from '../../core/logs/model.ts'
import { momentAfter } from '../../core/logs/moment.ts'
import type { LogEntry } from '../../core/ports/engine.ts'

type Run = Extract<LogMessage, { type: 'run' }>

/**
 * Makes messages frames; with `timestamps` every line starts with its time and a space, with `positions` each output is
 * led by where its log goes on.
 */
export function createLogEncoder({
  timestamps,
  positions = false,
}: {
  timestamps: boolean
  positions?: boolean
}): (message: LogMessage) => Buffer[] {
  // sources and streams whose last entry was a part of a line: what follows has no time of its own
  const midLine = new Set<string>()
  const timed = (source: number, bytes: Buffer, { stream, end, time }: LogEntry) => {
    const key = `${source} ${stream}`
    const starts = !midLine.has(key)
    if (bytes[end - 1] === newline) midLine.delete(key)
    else midLine.add(key)
    return starts && timestamps ? `${time} ` : ''
  }
  return (message) => {
    if (message.type === 'sources') return [jsonFrame(frameTypes.sources, message.sources)]
    if (message.type === 'pause') {
      for (const stream of ['stdout', 'stderr']) midLine.delete(`${message.source} ${stream}`)
      return [jsonFrame(frameTypes.pause, { reason: message.reason }, message.source)]
    }
    return runsOfOneStream(message).flatMap((run) => {
      const times = timestamps ? entriesOf(run).map((entry) => timed(run.source, run.batch.bytes, entry)) : []
      return positions ? [...positionFrame(run), outputFrame(run, times)] : [outputFrame(run, times)]
    })
  }
}

const newline = 0x0a

const entriesOf = ({ batch, from, to }: Run) => batch.entries.slice(from, to)

function runsOfOneStream(run: Run): Run[] {
  const runs: Run[] = []
  for (let from = run.from; from < run.to; ) {
    let to = from + 1
    while (to < run.to && run.batch.entries[to]?.stream === run.batch.entries[from]?.stream) to++
    runs.push({ ...run, from, to })
    from = to
  }
  return runs
}

/** Where a log goes on after a run; nothing where its entries have no time. */
function positionFrame({ source, batch, to }: Run): Buffer[] {
  const time = batch.entries[to - 1]?.time ?? ''
  if (time === '') return []
  const frame = Buffer.alloc(frameHeader + positionLength)
  const length = frame.write(momentAfter(time), frameHeader, 'latin1')
  return [writeFrameHeader(frame.subarray(0, frameHeader + length), frameTypes.position, source)]
}

/** Bytes a moment may take. */
const positionLength = 32

/** One frame of entries of one stream. Times, where given, are one for each entry. */
function outputFrame({ source, batch, from, to }: Run, times: readonly string[]): Buffer {
  let size = frameHeader
  for (const time of times) size += time.length
  for (let at = from; at < to; at++) size += lengthOf(batch.entries[at])
  const frame = Buffer.allocUnsafe(size)
  let end = frameHeader
  for (let at = from; at < to; at++) {
    const entry = batch.entries[at]
    if (!entry) continue
    end += frame.write(times[at - from] ?? '', end, 'latin1')
    end += batch.bytes.copy(frame, end, entry.start, entry.end)
  }
  return writeFrameHeader(frame, frameTypes.output, source, frameStreams[batch.entries[from]?.stream ?? 'stdout'])
}

const lengthOf = (entry: LogEntry | undefined) => (entry ? entry.end - entry.start : 0)
