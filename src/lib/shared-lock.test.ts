import { expect, test } from 'vitest'
import { createSharedLock } from './shared-lock.ts'

/** Work that tells when it begins and ends when it is told to. */
function recorded(log: string[]) {
  const ends = new Map<string, () => void>()
  const work = (name: string) => () =>
    new Promise<void>((resolve) => {
      log.push(`${name} begins`)
      ends.set(name, () => {
        log.push(`${name} ends`)
        resolve()
      })
    })
  return { work, end: (name: string) => ends.get(name)?.() }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('shared work goes on side by side; alone waits for it, and what comes later for that', async () => {
  const log: string[] = []
  const { work, end } = recorded(log)
  const lock = createSharedLock()
  const all = [
    lock.shared('k', work('a')),
    lock.shared('k', work('b')),
    lock.alone('k', work('c')),
    lock.shared('k', work('d')),
    lock.shared('other', work('e')),
  ]
  await settle()
  expect(log).toEqual(['a begins', 'b begins', 'e begins'].toSorted((x, y) => log.indexOf(x) - log.indexOf(y)))
  end('a')
  await settle()
  expect(log).not.toContain('c begins')
  end('b')
  await settle()
  expect(log).toContain('c begins')
  expect(log).not.toContain('d begins')
  end('c')
  await settle()
  expect(log).toContain('d begins')
  end('d')
  end('e')
  await Promise.all(all)
})

test('work that fails lets the next one in', async () => {
  const lock = createSharedLock()
  await expect(lock.alone('k', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(lock.shared('k', () => Promise.reject(new Error('neither')))).rejects.toThrow('neither')
  expect(await lock.alone('k', async () => 'yes')).toBe('yes')
})
