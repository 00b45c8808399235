import { dirname } from 'node:path'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'

/**
 * Gives back an env's name and subnet, and removes Berth's own files of it. With a project's last env goes the directory
 * of its workspaces, unless one was kept there. Safe to repeat.
 */
export async function forgetEnv(
  deps: Pick<EnvDeps, 'files' | 'paths' | 'store' | 'locks'>,
  { id, project, workspace }: EnvRecord,
): Promise<void> {
  await deps.files.remove(deps.paths.envFiles(id))
  // the lock a create takes its name under: it makes that directory only once it has one
  await deps.locks.run('allocate', async () => {
    await deps.store.removeEnv(id)
    const isLast = !(await deps.store.envs()).some((env) => env.project === project)
    if (isLast) await deps.files.removeIfEmpty(dirname(workspace))
  })
}
