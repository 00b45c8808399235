import { afterAll, beforeAll, describe } from 'vitest'
import { workspacesContract } from '../../contracts/workspaces.ts'
import { openGitWorld } from '../../support/git-world.ts'
import { type LoopKind, mountLoop, whyNoLoop } from '../../support/loop-file-system.ts'

describe.each(['auto', 'copy'] as const)('workspaces made by copying and git, method %s', (method) => {
  workspacesContract(() => openGitWorld({ method }))
})

const asRoot = process.getuid?.() === 0
describe.skipIf(!asRoot)(`workspaces that are overlays${asRoot ? '' : ' (needs root)'}`, () => {
  workspacesContract(() => openGitWorld({ method: 'overlay' }))
})

const mounted: [LoopKind, 'reflink' | 'overlay' | 'btrfs-snapshot'][] = [
  ['btrfs', 'reflink'],
  ['btrfs', 'btrfs-snapshot'],
  ['xfs', 'reflink'],
  ['xfs', 'overlay'],
]
describe.each(mounted)('workspaces on %s, method %s', (kind, method) => {
  const missing = whyNoLoop(kind)
  describe.skipIf(missing !== null)(missing ?? 'mounted for the test', () => {
    let disk: ReturnType<typeof mountLoop>
    beforeAll(() => {
      disk = mountLoop(kind)
    })
    afterAll(() => disk.close())
    workspacesContract(() => openGitWorld({ parent: disk.directory, method }))
  })
})
