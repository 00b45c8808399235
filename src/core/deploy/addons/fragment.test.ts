import { expect, test } from 'vitest'
import { dumpable } from './fragment.ts'

test('what an image can dump itself is piped, the rest is archived, and what is not meant to be dumped is left out', () => {
  const found = dumpable([
    { name: 'db', pack: 'postgres' },
    { name: 'cache', pack: 'redis' },
    { name: 'bus', pack: 'nats' },
    { name: 'files', pack: 'minio', dump: false },
    { name: 'nightly', pack: 'backup' },
  ])
  const shell = ['sh', '-c', expect.any(String)]
  expect(found).toEqual([
    { name: 'db', dump: shell, restore: shell },
    { name: 'cache', dump: shell, restore: shell, restarts: true },
    { name: 'bus', archive: '/data' },
  ])
})
