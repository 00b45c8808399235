import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createKeepsakeFiles } from '../adapters/ci-files/keepsake-files.ts'
import { createResultFiles } from '../adapters/ci-files/result-files.ts'
import { createRunFiles } from '../adapters/ci-files/run-files.ts'
import { findCiRoot, loadCiConfig } from '../adapters/config/load-ci-config.ts'
import { createGitHooks } from '../adapters/git-hooks/git-hooks.ts'
import { createGitTrees } from '../adapters/git-tree/git-tree.ts'
import { createGitHistories } from '../adapters/git-tree/history.ts'
import { watchTree } from '../adapters/git-tree/watch-tree.ts'
import type { ChildLedger } from '../adapters/host/child-ledger.ts'
import { createLocalHost } from '../adapters/host/local-host.ts'
import { createLocalStages } from '../adapters/host/local-stages.ts'
import { readManifests, readRepository } from '../adapters/repository/read-repository.ts'
import { createStageChannels, type StageChannels } from '../adapters/ssh/stages/channels.ts'
import { createRemoteStages } from '../adapters/ssh/stages/remote-stages.ts'
import { machineSockets } from '../contract/home.ts'
import { createRunBoard } from '../core/ci/runs/board.ts'
import type { RunKeepsake } from '../core/ci/runs/keepsake.ts'
import { createInputDigests } from '../core/ci/runs/key.ts'
import type { HomePaths } from '../core/home/paths.ts'
import type { RemoteStages } from '../core/ports/ci.ts'
import type { Host } from '../core/ports.ts'
import { createKeyedLock } from '../lib/keyed-lock.ts'

/** What `berth ci` works with, beside what the daemon has anyway. */
export type CiParts = ReturnType<typeof openCi>

/** Opens it. */
export function openCi({ paths, homeId, host, children }: CiSources) {
  const trees = createGitTrees(host)
  // outlives this process, as those to connected machines do
  const local = createLocalHost()
  const histories = createGitHistories(host, join(paths.home, 'ci', 'git'))
  const locks = createKeyedLock()
  // by the connection they go over
  const channels = new Map<string, StageChannels>()
  return {
    trees,
    watchTree,
    /** Settled once the runs of an earlier daemon are known. */
    resumed: Promise.withResolvers<void>(),
    gitHooks: createGitHooks(host),
    digests: createInputDigests(),
    records: createRunFiles(paths.ciRuns),
    keepsakes: createKeepsakeFiles<RunKeepsake>(paths.ciRuns),
    results: createResultFiles(paths.ciResults),
    board: createRunBoard(),
    loadCiConfig,
    findRoot: findCiRoot,
    readManifests: (root: string, known: readonly string[] | undefined) =>
      known === undefined ? readRepository(host, root) : readManifests(root, known),
    localStages: createLocalStages(host, children),
    remoteStages: (place: RemoteStages) => {
      const target = { destination: place.destination, ...waysTo(paths.home, place) }
      const known = channels.get(target.control) ?? createStageChannels(local, target)
      channels.set(target.control, known)
      return createRemoteStages({
        place,
        target,
        channels: known,
        local,
        trees,
        histories,
        locks,
        memory: join(paths.home, 'ci', 'mirrors'),
        homeId,
      })
    },
  }
}

interface CiSources {
  paths: HomePaths
  homeId: string
  host: Host
  children: ChildLedger
}

/** The connection of a machine that is connected; else one of our own, known by its destination. */
function waysTo(home: string, { destination, machine, agent }: RemoteStages) {
  const own = createHash('sha256').update(destination).digest('hex').slice(0, 12)
  const { control } = machineSockets(home, machine?.context ?? 'ci', machine?.name ?? own)
  const config = process.env['BERTH_SSH_CONFIG'] || undefined
  return { control, config, env: agent === undefined ? process.env : { ...process.env, SSH_AUTH_SOCK: agent } }
}
