/**
 * Frames of a `bytes` or `terminal` route: 8 bytes (type, stream, source as 16 bits, length as 32 bits, big endian), then as many
 * bytes as the length says. Free of schemas, so that the CLI can load it for nothing.
 */
export const frameTypes = {
  /** JSON: a list of further sources; their numbers go on from those before. Always the first frame. */
  sources: 0,
  /** What a source wrote, as it wrote it. */
  output: 1,
  /** The source has nothing more for now. JSON: `{reason?}`, why it cannot be read. */
  pause: 2,
  /** JSON: the failure that ends the stream. */
  error: 3,
  /** JSON: something that happened between two pieces of output. */
  event: 4,
  /** Of a log that is followed, before each output: the moment its source goes on from after that. */
  position: 5,
  /** Of a terminal, from its caller: what is typed. */
  input: 6,
  /** Nothing more is typed. */
  inputEnd: 7,
  /** JSON: `{columns, rows}`, the size its window has from now on. */
  resize: 8,
  /** JSON: `{signal}`, for a program without a terminal. */
  signal: 9,
  /** To its caller, and the last one: JSON `{exitCode}`. */
  exit: 10,
} as const

export type FrameType = (typeof frameTypes)[keyof typeof frameTypes]

/** Where a source's output went. */
export const frameStreams = { stdout: 1, stderr: 2 } as const

export interface Frame {
  type: FrameType
  /** 1 or 2 for output, else 0. */
  stream: number
  source: number
  payload: Buffer
}

/** Bytes before a frame's payload. */
export const frameHeader = 8

/** Writes the header of a frame into the first bytes of `frame`, whose rest is the payload. */
export function writeFrameHeader(frame: Buffer, type: FrameType, source = 0, stream = 0): Buffer {
  frame[0] = type
  frame[1] = stream
  frame.writeUInt16BE(source, 2)
  frame.writeUInt32BE(frame.length - frameHeader, 4)
  return frame
}

/** A frame around a JSON value. */
export function jsonFrame(type: FrameType, value: unknown, source = 0): Buffer {
  const payload = Buffer.from(JSON.stringify(value))
  return writeFrameHeader(Buffer.concat([Buffer.alloc(frameHeader), payload]), type, source)
}

/** The frames in a stream of bytes. What a cut-off stream leaves of a frame is left out. */
export async function* readFrames(stream: AsyncIterable<unknown>): AsyncGenerator<Frame> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    pending = pending.length === 0 ? (chunk as Buffer) : Buffer.concat([pending, chunk as Buffer])
    let at = 0
    while (pending.length - at >= frameHeader) {
      const end = at + frameHeader + pending.readUInt32BE(at + 4)
      if (end > pending.length) break
      const [type = 0, stream = 0] = pending.subarray(at)
      const payload = pending.subarray(at + frameHeader, end)
      yield { type: type as FrameType, stream, source: pending.readUInt16BE(at + 2), payload }
      at = end
    }
    pending = pending.subarray(at)
  }
}
