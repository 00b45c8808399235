import { expect, test } from 'vitest'
import {
  type FrameType,
  frameHeader,
  frameTypes,
  jsonFrame,
  readFrames,
  writeFrameHeader,
} from '../../contract/frames.ts'
import { createLogPrinter, type LogPrinterOptions } from './log-printer.ts'

const web = { service: 'web', container: 'shop-a-web-1', replica: 1 }
const second = { service: 'web', container: 'shop-a-web-2', replica: 2 }

const output = (text: string, source = 0, stream = 1) =>
  writeFrameHeader(Buffer.concat([Buffer.alloc(frameHeader), Buffer.from(text)]), frameTypes.output, source, stream)
const json = (type: FrameType, value: unknown, source = 0) => jsonFrame(type, value, source)

/** What is printed for frames that arrive in pieces of `size` bytes. */
async function print(frames: Buffer[], options: Partial<LogPrinterOptions> = {}, size = 5): Promise<string> {
  const bytes = Buffer.concat(frames)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  const printer = createLogPrinter({ prefix: true, terminal: false, json: false, paint: (_, text) => text, ...options })
  let text = ''
  for await (const frame of readFrames(
    (async function* () {
      yield* pieces
    })(),
  ))
    text += printer(frame).toString()
  return text
}

test('prefixes are as wide as the widest, replicas have their number', async () => {
  const frames = [json(frameTypes.sources, [web, second]), output('a\nb\n'), output('c\n', 1)]
  expect(await print(frames)).toBe('web    | a\nweb    | b\nweb-2  | c\n')
  expect(await print(frames, { prefix: false })).toBe('a\nb\nc\n')
})

test('a line whose parts come apart is one line, whoever writes in between', async () => {
  const frames = [
    json(frameTypes.sources, [web, second]),
    output('long '),
    output('other\n', 1),
    output('err\n', 0, 2),
    output('line\n'),
  ]
  expect(await print(frames)).toBe('web-2  | other\nweb    | err\nweb    | long line\n')
})

test('a line without an end is printed when its container stops', async () => {
  const stopped = [json(frameTypes.sources, [web]), output('a\nb'), json(frameTypes.pause, {})]
  expect(await print(stopped)).toBe('web  | a\nweb  | b\n')
  expect(await print(stopped, { prefix: false })).toBe('a\nb')
})

test('a terminal gets no escapes but colours, and progress bars line by line', async () => {
  const frames = [
    json(frameTypes.sources, [{ ...web, service: 'w\u001b[2Jeb' }]),
    output('\u001b]0;owned\u0007a\u001b[1mb\r\n10%\r20%\n'),
  ]
  expect(await print(frames, { terminal: true })).toBe('web  | a\u001b[1mb\u001b[0m\nweb  | 10%\nweb  | 20%\n')
})

test('JSON: one object a line', async () => {
  const frames = [json(frameTypes.sources, [web]), output('2026-01-02T03:04:05.123456789Z a "b"\n', 0, 2)]
  expect(JSON.parse(await print(frames, { json: true }))).toEqual({
    service: 'web',
    container: 'shop-a-web-1',
    stream: 'stderr',
    time: '2026-01-02T03:04:05.123456789Z',
    line: 'a "b"',
  })
})
