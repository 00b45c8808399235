import { expect, test } from 'vitest'
import { createSharedWork } from './shared-work.ts'

const never = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

test('those who come while it is under way share it; later ones start anew', async () => {
  const share = createSharedWork<number>()
  let started = 0
  const work = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return (started += 1)
  }
  expect(await Promise.all([share('a', work), share('a', work), share('b', work)])).toEqual([1, 1, 2])
  expect(await share('a', work)).toBe(3)
})

test('a failure reaches all, and is not kept', async () => {
  const share = createSharedWork<string>()
  const fail = async () => {
    throw new Error('no')
  }
  const both = await Promise.allSettled([share('a', fail), share('a', fail)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await share('a', async () => 'yes')).toBe('yes')
})

test('one who gives up leaves it to the others; the last one stops it', async () => {
  const share = createSharedWork<string>()
  const [first, second] = [new AbortController(), new AbortController()]
  let stopped = false
  const work = (signal: AbortSignal) => never(signal).finally(() => (stopped = true))
  const [a, b] = [share('k', work, first.signal), share('k', work, second.signal)]
  first.abort(new Error('first'))
  await expect(a).rejects.toThrow('first')
  expect(stopped).toBe(false)
  second.abort(new Error('second'))
  await expect(b).rejects.toThrow('second')
  expect(stopped).toBe(true)
})

test('who comes after it was stopped does not inherit the stop', async () => {
  const share = createSharedWork<string>()
  const gone = new AbortController()
  const first = share('k', never, gone.signal)
  gone.abort(new Error('gone'))
  const second = share('k', async () => 'fresh')
  await expect(first).rejects.toThrow('gone')
  expect(await second).toBe('fresh')
})
