import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { createGitTrees } from '../../../src/adapters/git-tree/git-tree.ts'
import { createGitHistories } from '../../../src/adapters/git-tree/history.ts'
import { createChildLedger } from '../../../src/adapters/host/child-ledger.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createLocalStages } from '../../../src/adapters/host/local-stages.ts'
import { createStageChannels } from '../../../src/adapters/ssh/stages/channels.ts'
import { createRemoteStages } from '../../../src/adapters/ssh/stages/remote-stages.ts'
import { createKeyedLock } from '../../../src/lib/keyed-lock.ts'
import { type StageWorld, stageMachineContract } from '../../contracts/stage-machine.ts'
import { must } from '../../support/must.ts'
import { openSshd } from '../../support/sshd.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

const local = createLocalHost()

/** A directory of the test's own, with a repository in it. */
async function openRepository() {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}stages-`))
  const root = join(directory, 'repository')
  await must(['git', 'init', '--quiet', root])
  await writeFile(join(root, 'a.txt'), 'a\n')
  return { directory, root, remove: () => rm(directory, { recursive: true, force: true }) }
}

describe('stages of this machine', () =>
  stageMachineContract(async (): Promise<StageWorld> => {
    const { directory, root, remove } = await openRepository()
    const machine = createLocalStages(local, createChildLedger(join(directory, 'children')))
    return { machine, root, close: remove }
  }))

describe('stages of a machine behind ssh', () =>
  stageMachineContract(async (): Promise<StageWorld> => {
    const { directory, root, remove } = await openRepository()
    const there = join(directory, 'there')
    await mkdir(there)
    const sshd = await openSshd()
    const target = { destination: 'box', config: sshd.config, control: join(directory, 'control') }
    const channels = createStageChannels(local, target)
    const session = `berth-stages-${process.pid}`
    const machine = createRemoteStages({
      place: {
        name: 'box',
        destination: 'box',
        machine: undefined,
        session,
        directory: there,
        agent: undefined,
        patience: 60_000,
        isAlone: true,
      },
      target,
      channels,
      local,
      trees: createGitTrees(local),
      histories: createGitHistories(local, join(directory, 'git')),
      locks: createKeyedLock(),
      memory: join(directory, 'memory'),
      homeId: 'contract',
    })
    const close = async () => {
      await local.run(['tmux', 'kill-session', '-t', `=${session}`])
      await local.run(['ssh', '-F', sshd.config, '-S', target.control, '-O', 'exit', 'box'])
      await sshd.close()
      await remove()
    }
    return { machine, root, close }
  }))
