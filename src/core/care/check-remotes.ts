import { findRemotes } from '../deploy/remotes/remotes.ts'
import { staleHooks } from '../deploy/remotes/renew-hooks.ts'
import type { CareDeps, Fault } from './model.ts'

/** Repositories that are pushed to: those whose hook does not deploy, and what is left of ones that are gone. */
export async function checkRemotes(deps: CareDeps): Promise<Fault[]> {
  const [found, stale] = await Promise.all([findRemotes(deps), staleHooks(deps)])
  const lost = found.filter(({ record }) => record === undefined)
  return [
    ...lost.map(({ context, app }): Fault => {
      const subject = deps.paths.remote(context, app)
      return {
        kind: 'orphaned-remote',
        subject,
        problem: `what was pushed for ${app} is there, but nothing deploys it any more`,
        remedy: 'remove it; whoever pushed has it too',
        severity: 'warning',
        repair: () => deps.files.remove(subject),
      }
    }),
    ...stale.map(
      ({ hook, app, renew }): Fault => ({
        kind: 'remote-hook',
        subject: hook,
        problem: `pushes for ${app} are not deployed: the hook is not the one Berth wrote`,
        remedy: 'write it anew',
        severity: 'error',
        repair: renew,
      }),
    ),
  ]
}
