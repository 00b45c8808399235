import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogBatch } from '../ports/engine.ts'
import { createLogMerge, type LogMerge, untilItEnds } from './merge.ts'
import type { LogPause } from './model.ts'

/** A batch whose entries are single letters written at the given times. */
const batch = (text: string, times: readonly string[]): LogBatch => ({
  bytes: Buffer.from(text),
  entries: times.map((time, at) => ({ stream: 'stdout', time, start: at, end: at + 1 })),
})

async function* pieces(list: readonly (LogBatch | LogPause)[]): AsyncGenerator<LogBatch | LogPause> {
  yield* list
}

async function textOf(merge: LogMerge): Promise<string> {
  let text = ''
  for await (const message of merge.messages()) {
    if (message.type === 'pause') text += '|'
    if (message.type !== 'run') continue
    for (const { start, end } of message.batch.entries.slice(message.from, message.to))
      text += message.batch.bytes.toString('utf8', start, end)
  }
  return text
}

test('entries come in the order of their times', async () => {
  const merge = createLogMerge()
  merge.add({ source: 0, pieces: pieces([batch('adf', ['1', '4', '6']), batch('g', ['7'])]), historyEnd: untilItEnds })
  merge.add({ source: 1, pieces: pieces([batch('bce', ['2', '3', '5'])]), historyEnd: untilItEnds })
  merge.close()
  expect(await textOf(merge)).toBe('abcdefg')
})

test('a log whose history is merged makes nobody wait', async () => {
  const merge = createLogMerge()
  const silent = Promise.withResolvers<never>()
  const follow = (async function* () {
    yield batch('b', ['2'])
    yield await silent.promise
  })()
  merge.add({ source: 0, pieces: follow, historyEnd: '2' })
  merge.add({ source: 1, pieces: pieces([batch('ac', ['1', '3'])]), historyEnd: untilItEnds })
  const messages = merge.messages()
  const seen: number[] = []
  for (let count = 0; count < 3; count++) {
    const { value } = await messages.next()
    if (value?.type === 'run') seen.push(value.source)
  }
  expect(seen).toEqual([1, 0, 1])
})

test('a pause is told of in its place', async () => {
  const merge = createLogMerge()
  merge.add({
    source: 0,
    pieces: pieces([batch('a', ['1']), { reason: undefined }, batch('c', ['3'])]),
    historyEnd: '1',
  })
  merge.close()
  expect(await textOf(merge)).toBe('a|c')
})

test('a failure of one log fails the merge', async () => {
  const merge = createLogMerge()
  const failing = (async function* (): AsyncGenerator<LogBatch> {
    yield batch('a', ['1'])
    throw new Error('gone')
  })()
  merge.add({ source: 0, pieces: failing, historyEnd: undefined })
  await expect(textOf(merge)).rejects.toThrow('gone')
})

test('whatever the logs, the merged one is sorted and whole', async () => {
  const times = fc.array(fc.integer({ min: 100, max: 999 }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(fc.array(times, { minLength: 1, maxLength: 4 }), async (logs) => {
      const merge = createLogMerge()
      for (const [source, log] of logs.entries()) {
        const sorted = log.map(String).sort()
        const all = sorted.map((time) => ({
          bytes: Buffer.from(time),
          entries: [{ stream: 'stdout' as const, time, start: 0, end: 3 }],
        }))
        merge.add({ source, pieces: pieces(all), historyEnd: untilItEnds })
      }
      merge.close()
      const merged = (await textOf(merge)).match(/.../g) ?? []
      expect(merged).toEqual(logs.flat().map(String).sort())
    }),
  )
})
