import type { EngineContainer } from '../ports.ts'
import type { UpRecord } from './plan-record.ts'

/**
 * Whether an `up` with these inputs would change nothing: the same inputs, the same containers, each running (or ended
 * well, for jobs) and healthy, each still made from the image its name means now.
 */
export function isSettled(
  record: UpRecord,
  key: string,
  containers: readonly EngineContainer[],
  images: ReadonlyMap<string, string>,
): boolean {
  if (record.key !== key || containers.length !== record.made.length) return false
  const actual = new Map(containers.map((container) => [container.id, container]))
  return record.made.every(({ id, image, imageId, job }) => {
    const container = actual.get(id)
    return container !== undefined && stands(container, job) && (images.get(image) ?? imageId) === imageId
  })
}

function stands({ state, health, exitCode }: EngineContainer, job: boolean): boolean {
  if (state === 'exited') return job && exitCode === 0
  return state === 'running' && (health === 'none' || health === 'healthy')
}
