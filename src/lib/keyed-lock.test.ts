import { expect, test } from 'vitest'
import { createKeyedLock } from './keyed-lock.ts'

/** A piece of work that says when it runs and goes on until it is told to end. */
function job(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const work = async () => {
    log.push(`${name} begins`)
    await promise
    log.push(`${name} ends`)
    return name
  }
  return { work, end: resolve }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('the same key: one after another, in the order they came; another key at once', async () => {
  const lock = createKeyedLock()
  const log: string[] = []
  const [one, two, other] = [job(log, 'one'), job(log, 'two'), job(log, 'other')]
  const running = [lock.run('a', one.work), lock.run('a', two.work), lock.run('b', other.work)]
  await settle()
  expect(log).toEqual(['one begins', 'other begins'])
  other.end()
  one.end()
  two.end()
  expect(await Promise.all(running)).toEqual(['one', 'two', 'other'])
  expect(log.slice(-3)).toEqual(['one ends', 'two begins', 'two ends'])
})

test('work that fails lets the next one in', async () => {
  const lock = createKeyedLock()
  const failing = lock.run('a', () => Promise.reject(new Error('no')))
  const next = lock.run('a', async () => 'next')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('next')
})

test('one that gives up waiting goes at once, and nobody passes the one at work', async () => {
  const lock = createKeyedLock()
  const log: string[] = []
  const [one, never, two] = [job(log, 'one'), job(log, 'never'), job(log, 'two')]
  const controller = new AbortController()
  const first = lock.run('a', one.work)
  const waiting = lock.run('a', never.work, controller.signal)
  const last = lock.run('a', two.work)
  controller.abort(new Error('cancelled'))
  await expect(waiting).rejects.toThrow('cancelled')
  await settle()
  expect(log).toEqual(['one begins'])
  one.end()
  two.end()
  await Promise.all([first, last])
  expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
})

test('work under way is not cut off by the signal', async () => {
  const lock = createKeyedLock()
  const log: string[] = []
  const one = job(log, 'one')
  const controller = new AbortController()
  const running = lock.run('a', one.work, controller.signal)
  await settle()
  controller.abort(new Error('cancelled'))
  one.end()
  expect(await running).toBe('one')
})
