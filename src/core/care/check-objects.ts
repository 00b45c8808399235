import { lostEnvs } from '../envs/mirror.ts'
import type { EnvRecord } from '../envs/model.ts'
import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import type { CareDeps, Fault } from './model.ts'

interface OwnObject {
  name: string
  labels: Record<string, string>
  remove: () => Promise<void>
}

/** Containers, networks and volumes with this home's label whose env is gone. Others' are never looked at. */
export async function checkObjects(deps: CareDeps): Promise<Fault[]> {
  try {
    // objects first: an env that is being made has its record before its objects
    const objects = await ownObjects(deps)
    const envs = [...(await deps.store.envs()), ...(await lostEnvs(deps))]
    return objects
      .filter(({ object }) => !envs.some((env) => isOf(object.labels, env)))
      .map(({ kind, object }) => ({
        kind: `orphaned-${kind}`,
        subject: object.name,
        problem: `the ${kind} belongs to an env that is gone`,
        remedy: `remove the ${kind}`,
        severity: 'warning',
        repair: object.remove,
      }))
  } catch (error) {
    if (error instanceof AppError && error.code === 'ENGINE_UNAVAILABLE') return [] // a finding of its own
    throw error
  }
}

/** What has no env's label is the project's: volumes that its envs share. */
function isOf(own: Record<string, string>, env: EnvRecord): boolean {
  return own[labels.env] === undefined ? own[labels.project] === env.project : own[labels.env] === env.id
}

/** In the order in which they can be removed. */
async function ownObjects({ engine, homeId }: CareDeps): Promise<{ kind: string; object: OwnObject }[]> {
  const ours = [`${labels.home}=${homeId}`]
  const [containers, networks, volumes] = await Promise.all([
    engine.containers(ours),
    engine.networks(ours),
    engine.volumes(ours),
  ])
  return [
    ...containers.map((one) => ({
      kind: 'container',
      object: { ...one, remove: () => engine.removeContainer(one.id) },
    })),
    ...networks.map((one) => ({ kind: 'network', object: { ...one, remove: () => engine.removeNetwork(one.id) } })),
    ...volumes.map((one) => ({ kind: 'volume', object: { ...one, remove: () => engine.removeVolume(one.name) } })),
  ]
}
