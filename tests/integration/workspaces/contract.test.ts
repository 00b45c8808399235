import { afterAll, beforeAll, describe } from 'vitest'
import { uncommittedContract } from '../../contracts/workspace-uncommitted.ts'
import type { WorkspacesWorld } from '../../contracts/workspaces.ts'
import { workspacesContract } from '../../contracts/workspaces.ts'
import { openGitWorld } from '../../support/git-world.ts'
import { type LoopKind, mountLoop, whyNoLoop } from '../../support/loop-file-system.ts'

function everyContract(open: () => Promise<WorkspacesWorld>): void {
  workspacesContract(open)
  uncommittedContract(open)
}

describe.each(['auto', 'copy'] as const)('workspaces made by copying and git, method %s', (method) => {
  everyContract(() => openGitWorld({ method }))
})

const asRoot = process.getuid?.() === 0
describe.skipIf(!asRoot)(`workspaces that are overlays${asRoot ? '' : ' (needs root)'}`, () => {
  everyContract(() => openGitWorld({ method: 'overlay' }))
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
    everyContract(() => openGitWorld({ parent: disk.directory, method }))
  })
})
