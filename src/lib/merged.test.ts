import { expect, test } from 'vitest'
import { mergeStreams } from './merged.ts'

async function* count(name: string, to: number, pulled: string[] = []) {
  for (let at = 1; at <= to; at++) {
    pulled.push(`${name}${at}`)
    yield `${name}${at}`
  }
}

test('everything comes once, each stream in its own order, and ends with the last of them', async () => {
  const merged = mergeStreams<string>()
  void merged.add(count('a', 50))
  void merged.add(count('b', 3))
  const all = await Array.fromAsync(merged.values)
  expect(all).toHaveLength(53)
  for (const name of ['a', 'b'])
    expect(all.filter((one) => one.startsWith(name))).toEqual(await Array.fromAsync(count(name, name === 'a' ? 50 : 3)))
})

test('a stream is read no faster than its values are taken', async () => {
  const merged = mergeStreams<string>()
  const pulled: string[] = []
  void merged.add(count('a', 50, pulled))
  for await (const one of merged.values) {
    expect(pulled.length).toBeLessThanOrEqual(Number(one.slice(1)) + 1)
    if (one === 'a9') break
  }
})

test('held it waits for streams to come; a failure ends it', async () => {
  const merged = mergeStreams<string>()
  const release = merged.hold()
  const reading = Array.fromAsync(merged.values)
  await merged.add(count('late', 1))
  release()
  expect(await reading).toEqual(['late1'])
  const failing = mergeStreams<string>()
  failing.hold()
  const broken = Array.fromAsync(failing.values)
  failing.fail(new Error('gone'))
  await expect(broken).rejects.toThrow('gone')
})

test('a stream that fails is told to whoever added it, and to nobody else', async () => {
  const merged = mergeStreams<string>()
  const adding = merged.add(
    (async function* () {
      yield 'one'
      throw new Error('broke')
    })(),
  )
  const reading = Array.fromAsync(merged.values)
  await expect(adding).rejects.toThrow('broke')
  expect(await reading).toEqual(['one'])
})
