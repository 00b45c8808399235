import { expect, test } from 'vitest'
import { parseFramedLog, parseTerminalLog } from './logs.ts'

const time = '2026-01-02T03:04:05.123456789Z'

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

const read = (bytes: Buffer, parse: typeof parseFramedLog) => {
  const { entries, used } = parse(bytes)
  return {
    entries: entries.map(({ stream, time, start, end }) => [stream, time, bytes.toString('utf8', start, end)]),
    rest: bytes.toString('utf8', used),
  }
}

test('frames are entries of stdout and stderr; a cut-off one is left for the next time', () => {
  const bytes = Buffer.concat([
    frame(1, `${time} a b\n`),
    frame(2, `${time} \n`),
    frame(1, `${time} cut`).subarray(0, 20),
  ])
  const { entries, rest } = read(bytes, parseFramedLog)
  expect(entries).toEqual([
    ['stdout', time, 'a b\n'],
    ['stderr', time, '\n'],
  ])
  expect(rest).toHaveLength(20)
})

test('the log of a terminal has no frames', () => {
  const { entries, rest } = read(Buffer.from(`${time} a\r\n${time} b`), parseTerminalLog)
  expect(entries).toEqual([['stdout', time, 'a\r\n']])
  expect(rest).toBe(`${time} b`)
})

test.each([
  ['2026-01-02T04:04:05.5+01:00', '2026-01-02T03:04:05.500000000Z'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000000Z'],
])('%s as Podman writes it is %s', (written, expected) => {
  expect(read(frame(1, `${written} a\n`), parseFramedLog).entries).toEqual([['stdout', expected, 'a\n']])
})
