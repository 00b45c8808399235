import { takeDown } from '../../core/envs/down.ts'
import { lockEnv } from '../../core/envs/lock-env.ts'
import { overdue } from '../../core/envs/shared/release.ts'
import { toAppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** Longest pause between two looks, ms; with a shorter grace period as often as that. */
const longestPause = 30_000

/** Stops shared instances that nobody has used for the grace period, until the signal aborts; their data stays. */
export async function stopIdleShared(
  deps: DaemonDeps,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { graceSeconds } = deps.settings.shared
  const pause = Math.min(longestPause, Math.max(200, graceSeconds * 1000))
  while (!signal.aborted) {
    for (const { id, name, project } of overdue(await deps.store.envs(), deps.clock.now(), graceSeconds)) {
      deps.operations.start(deps.ids.short(12), (scope) =>
        lockEnv(deps, { id, name, project }, async (env) => {
          // somebody may have come to use it while this waited for its turn
          if (overdue([env], deps.clock.now(), graceSeconds).length === 0) return
          log(`${project}/${name} has had no user for ${graceSeconds} s: stopping it`)
          await takeDown(deps, env, { volumes: false }, scope)
        }),
      )
    }
    await deps.clock.wait(pause, signal).catch((error) => {
      if (!signal.aborted) log(`the watch over shared services stopped: ${toAppError(error).message}`)
    })
  }
}
