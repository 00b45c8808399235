import type { EnvDeps } from '../../core/envs/deps.ts'
import { borrowedContainers } from '../../core/envs/shared/borrowed.ts'
import { toAppError } from '../../core/errors.ts'
import type { NamedEnv } from '../../core/names/model.ts'
import { namedEnvs } from '../../core/names/named-envs.ts'

interface PublishDeps extends Pick<EnvDeps, 'store' | 'upRecords' | 'observed'> {
  log: (message: string) => void
  /** Who answers by the names: the DNS server, the proxy. */
  publish: (envs: NamedEnv[]) => void
}

/** Pause between two rebuilds, ms: a container's start is a burst of events, and a name may be 50 ms late. */
const pause = 10

/** Publishes the names anew after every change of what runs; returns what asks for it when only the records changed. */
export function publishNames(deps: PublishDeps): () => void {
  let scheduled = false
  const rebuild = async () => {
    scheduled = false
    const envs = await deps.store.envs()
    const known = await Promise.all(
      envs.map(async (env) => {
        const record = await deps.upRecords.read(env.id)
        const borrowed = borrowedContainers(envs, env, record, (id) => deps.observed.of(id))
        return { env, record, containers: [...deps.observed.of(env.id), ...borrowed] }
      }),
    )
    deps.publish(namedEnvs(known))
  }
  const schedule = () => {
    if (scheduled) return
    scheduled = true
    setTimeout(() => {
      rebuild().catch((error) => deps.log(`the names could not be published: ${toAppError(error).message}`))
    }, pause)
  }
  deps.observed.onChange(schedule)
  schedule()
  return schedule
}
