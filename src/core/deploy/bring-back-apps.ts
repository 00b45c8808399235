import { composeLabels, labels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { baseProject } from './compose-projects.ts'
import type { DeployDeps } from './deps.ts'
import { proxyOf } from './ingress-names.ts'
import { readIngressRecord } from './proxies/record.ts'

/** Within so long of the last one's end everything ended that an engine ended, ms. */
const span = 30_000

type BringDeps = Pick<DeployDeps, 'engine' | 'store' | 'homeId' | 'files' | 'paths'>

interface Ended {
  id: string
  endedAt: number
}

/**
 * Starts what of the live apps ended with the engine, or with the machine: Docker brings back only what has a restart policy, and few
 * compose files say one. What ended by itself before, or was stopped by hand while others ran on, stays. Resolves to how many.
 */
export async function bringBackApps(deps: BringDeps): Promise<number> {
  if ((await deps.store.deploys.apps()).length === 0) return 0
  const containers = await deps.engine.containers([`${labels.appHome}=${deps.homeId}`])
  const still = containers.filter(({ state }) => state === 'exited')
  if (still.length === 0) return 0
  const meant = await liveContainers(deps, still)
  if (meant.length === 0) return 0
  const running = (await deps.engine.containers([])).filter(({ state }) => state === 'running')
  const starts = await Promise.all(running.map(async ({ id }) => (await deps.engine.times(id))?.startedAt ?? null))
  const ends = await Promise.all(
    meant.map(async ({ id }) => ({ id, endedAt: (await deps.engine.times(id))?.endedAt ?? null })),
  )
  const ended = endedByEngine(
    ends.flatMap(({ id, endedAt }) => (endedAt === null ? [] : [{ id, endedAt }])),
    starts.filter((one) => one !== null),
  )
  await Promise.all(ended.map((id) => deps.engine.startContainer(id)))
  return ended.length
}

/** Which of these ended with the engine, where containers that run now started at these times. */
export function endedByEngine(ended: readonly Ended[], starts: readonly number[]): string[] {
  const oldest = Math.min(...starts, Number.POSITIVE_INFINITY)
  const last = Math.max(...ended.map(({ endedAt }) => endedAt))
  return ended.filter(({ endedAt }) => endedAt < oldest && endedAt > last - span).map(({ id }) => id)
}

/** Those of a live version, and the front of the ingress; an app that is just being deployed is looked after by its deploy. */
async function liveContainers(deps: BringDeps, containers: readonly EngineContainer[]): Promise<EngineContainer[]> {
  const { deploys } = deps.store
  const [apps, { front }] = await Promise.all([deploys.apps(), readIngressRecord(deps)])
  const projects = await Promise.all(
    apps.map(async (app) => {
      const deployments = await deploys.deployments(app.id)
      const isBusy = deployments.some(({ state }) => state === 'starting')
      // also the one before, while it may still be gone back to
      const going = deployments.filter(
        ({ id, state, endedAt }) => id === app.live || (state === 'replaced' && endedAt === null),
      )
      return app.live !== null && !isBusy ? [baseProject(app), ...going.map((one) => one.composeProject)] : []
    }),
  )
  const known = new Set(projects.flat())
  return containers.filter(({ labels: own }) =>
    own[labels.app] ? known.has(own[composeLabels.project] ?? '') : proxyOf(deps.homeId, own) === front,
  )
}
