import { frameHeader, frameTypes, jsonFrame, writeFrameHeader } from '../contract/frames.ts'

/** What is typed here, as frames for a program elsewhere. */
export interface Typing {
  size(): { columns: number; rows: number }
  frames(): AsyncGenerator<Uint8Array>
  /** Every key goes there from now on, Ctrl-C too. */
  raw(): void
  /** Gives the terminal back. */
  end(): void
}

/** How much may wait to be sent before no more is read here, frames. */
const mostWaiting = 16

/** Listens to this process's input, signals and, on a terminal, its size. */
export function startTyping(process: NodeJS.Process, terminal: boolean): Typing {
  const { stdin, stdout } = process
  const waiting = createWaiting()
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
  const stop = listen(process, {
    input(bytes) {
      waiting.add(writeFrameHeader(Buffer.concat([Buffer.alloc(frameHeader), bytes]), frameTypes.input))
      if (waiting.count() > mostWaiting) stdin.pause()
    },
    end: () => waiting.add(jsonFrame(frameTypes.inputEnd, {})),
    signal: (signal) => waiting.add(jsonFrame(frameTypes.signal, { signal })),
    resize: () => terminal && waiting.add(jsonFrame(frameTypes.resize, size())),
  })
  return {
    size,
    frames: () => waiting.taken(() => stdin.resume()),
    raw: () => void stdin.setRawMode(true),
    end() {
      stop()
      if (terminal) stdin.setRawMode(false)
      stdin.pause()
      waiting.close()
    },
  }
}

interface Heard {
  input: (bytes: Buffer) => void
  end: () => void
  signal: (signal: string) => void
  resize: () => void
}

/** Hears what a user does; returns what stops that. */
function listen(process: NodeJS.Process, heard: Heard): () => void {
  const { stdin, stdout } = process
  stdin.on('data', heard.input).on('end', heard.end)
  stdout.on('resize', heard.resize)
  process.on('SIGINT', heard.signal).on('SIGTERM', heard.signal)
  return () => {
    stdin.off('data', heard.input).off('end', heard.end)
    stdout.off('resize', heard.resize)
    process.off('SIGINT', heard.signal).off('SIGTERM', heard.signal)
  }
}

/** Frames that wait for whoever sends them. */
function createWaiting() {
  const waiting: Uint8Array[] = []
  const state = { closed: false, wake: () => {} }
  return {
    count: () => waiting.length,
    add(frame: Uint8Array) {
      waiting.push(frame)
      state.wake()
    },
    close() {
      state.closed = true
      state.wake()
    },
    /** Each in its turn, until it is closed; `onEmpty`: there is room for more. */
    async *taken(onEmpty: () => void): AsyncGenerator<Uint8Array> {
      while (!state.closed) {
        const next = waiting.shift()
        if (next !== undefined) {
          yield next
          continue
        }
        onEmpty()
        const { promise, resolve } = Promise.withResolvers<void>()
        state.wake = resolve
        await promise
      }
    },
  }
}
