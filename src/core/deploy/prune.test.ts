import { expect, test } from 'vitest'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { homePaths } from '../home/paths.ts'
import type { ReleaseBundle } from './bundle.ts'
import type { AppRecord, ReleaseRecord } from './model.ts'
import { pruneReleases } from './prune.ts'
import { keepRelease, treePath } from './releases.ts'

const app: AppRecord = { id: 'app', name: 'shop', context: 'default', live: null, lease: null, createdAt: '' }
const paths = homePaths('/home/u/.berth')

const bundleWith = (hash: string) =>
  ({ trees: [{ source: 'site', hash, files: [] }], images: {} }) as unknown as ReleaseBundle

/** An app on a machine, in memory; whoever writes the tree `slow` waits until it is let go on. */
function openWorld() {
  const files = new Map<string, string>()
  const releases: ReleaseRecord[] = []
  const writing = Promise.withResolvers<void>()
  const letGo = Promise.withResolvers<void>()
  const childrenOf = (directory: string) =>
    [...files.keys()].filter((path) => path.startsWith(`${directory}/`)).map((path) => path.slice(directory.length + 1))
  const deps = {
    paths,
    clock: { now: () => new Date(0) },
    locks: createKeyedLock(),
    sealer: { seal: async () => 'sealed' },
    engine: { containers: async () => [] },
    trees: {
      async write(path: string) {
        files.set(path, 'tree')
        if (!path.includes('slow')) return
        writing.resolve()
        await letGo.promise
      },
    },
    files: {
      readText: async (path: string) => files.get(path),
      writeText: async (path: string, text: string) => void files.set(path, text),
      list: async (directory: string) => [...new Set(childrenOf(directory).map((path) => path.split('/')[0] ?? ''))],
      remove: async (path: string) => {
        for (const file of files.keys()) if (file === path || file.startsWith(`${path}/`)) files.delete(file)
      },
    },
    store: {
      deploys: {
        apps: async () => [],
        deployments: async () => [],
        releases: async () => releases.toReversed(),
        saveRelease: async (release: ReleaseRecord) => void releases.push(release),
        removeRelease: async (_: string, id: string) =>
          void releases.splice(
            releases.findIndex((one) => one.id === id),
            1,
          ),
      },
    },
  } as unknown as Parameters<typeof keepRelease>[0] & Parameters<typeof pruneReleases>[0]
  const keep = (hash: string) => keepRelease(deps, app, { bundle: bundleWith(hash), secrets: {}, by: 'me' })
  return { deps, files, keep, writing: writing.promise, letGo: letGo.resolve }
}

test('files of a release that is just arriving are not taken for those of none', async () => {
  const { deps, files, keep, writing, letGo } = openWorld()
  await keep('one')
  await keep('two')
  const arriving = keep('slow')
  await writing
  const pruning = pruneReleases(deps, app, 1)
  letGo()
  const [, pruned] = await Promise.all([arriving, pruning])
  expect(pruned).toMatchObject({ releases: [2, 1] })
  expect(files.has(treePath(deps, app, 'one'))).toBe(false)
  expect(files.has(treePath(deps, app, 'slow'))).toBe(true)
})
