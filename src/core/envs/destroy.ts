import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { EnvDeps } from './deps.ts'
import { stopSteps } from './down.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import type { EnvRecord } from './model.ts'
import { usersOf } from './shared/users.ts'

/** What `berth destroy` asks for. */
export interface DestroyRequest {
  env: EnvRef
  keepWorkspace: boolean
}

/** Removes an env without a trace (but its workspace, when that is to be kept). Once begun it is always finished. */
export async function destroyEnv(deps: EnvDeps, request: DestroyRequest, scope: OperationScope): Promise<EnvRecord> {
  const { id } = await findEnv(deps, request.env)
  return deps.locks.run(id, async () => {
    const env = await findEnv(deps, request.env)
    await refuseWhileUsed(deps, env)
    return withOperation(deps, scope, { kind: 'env.destroy', envId: env.id, input: request }, async () => {
      await deps.store.updateEnv(env.id, { phase: 'destroying', desired: 'down' })
      await runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, [
        { name: 'sessions', title: 'end its sessions', run: () => deps.endSessions(env.id) },
        ...stopSteps(deps, env, true, scope),
        {
          name: 'images',
          title: 'remove the images it built',
          run: () => deps.engine.removeImages([`${labels.home}=${deps.homeId}`, `${labels.env}=${env.id}`]),
        },
        {
          name: 'workspace',
          title: request.keepWorkspace ? 'leave its workspace' : 'remove its workspace',
          run: async () => {
            if (!request.keepWorkspace) await deps.workspaces.remove(env.workspace, env.copyMethod)
          },
        },
        {
          name: 'forget',
          title: 'give back its name and subnet',
          run: async () => {
            await deps.files.remove(deps.paths.envFiles(env.id))
            deps.upRecords.forget(env.id)
            await deps.store.removeEnv(env.id)
          },
        },
      ])
      return env
    })
  })
}

/** A shared instance stays while an env takes its service from it, be that env up or down. Throws SHARED_IN_USE. */
async function refuseWhileUsed(deps: Pick<EnvDeps, 'store'>, env: EnvRecord): Promise<void> {
  const users = usersOf(await deps.store.envs(), env, { all: true }).map(({ name }) => name)
  if (users.length === 0) return
  throw new AppError('SHARED_IN_USE', `${env.name} is used by ${users.join(', ')}`, {
    hint: `berth destroy ${users.join(' ')} first`,
    details: { users },
  })
}
