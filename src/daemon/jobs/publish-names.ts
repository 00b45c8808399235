import type { EnvDeps } from '../../core/envs/deps.ts'
import { toAppError } from '../../core/errors.ts'
import type { NamedEnv } from '../../core/names/model.ts'
import { observeNames } from '../../core/names/observe-names.ts'

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
    deps.publish(await observeNames(deps))
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
