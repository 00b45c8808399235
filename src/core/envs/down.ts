import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { ComposeFiles } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import type { EnvRecord } from './model.ts'
import { detachShared } from './shared/attach.ts'
import { countUsers } from './shared/release.ts'
import { sweepEnv } from './sweep.ts'

/** What `berth down` asks for. */
export interface DownRequest {
  env: EnvRef
  /** Remove its data as well. */
  volumes: boolean
}

/** Stops and removes an env's containers and networks; harmless when it is down. */
export async function downEnv(deps: EnvDeps, request: DownRequest, scope: OperationScope): Promise<EnvRecord> {
  const { id } = await findEnv(deps, request.env)
  return deps.locks.run(id, async () => {
    const env = await findEnv(deps, request.env)
    return withOperation(deps, scope, { kind: 'env.down', envId: env.id, input: request }, async () => {
      await deps.store.updateEnv(env.id, { desired: 'down' })
      await runSteps(
        { journal: deps.store.journal, clock: deps.clock },
        scope,
        stopSteps(deps, env, request.volumes, scope),
      )
      return { ...env, desired: 'down' as const }
    })
  })
}

/** The steps that take an env's engine objects away; destroy has them too. */
export function stopSteps(deps: EnvDeps, env: EnvRecord, volumes: boolean, scope: OperationScope): Step[] {
  return [
    {
      name: 'detach',
      title: 'leave its shared services',
      run: async () => {
        const record = await deps.upRecords.read(env.id)
        await detachShared(deps, env, record?.attachments ?? [])
        await countUsers(deps, env)
      },
    },
    {
      name: 'stop',
      title: 'stop its services',
      run: () =>
        deps.heavy(() =>
          deps.engine.down(bareProject(deps, env), {
            volumes,
            signal: scope.signal,
            onLine: (line) => scope.emit({ type: 'output', line }),
          }),
        ),
    },
    { name: 'sweep', title: 'remove what is left', run: () => sweepEnv(deps, env, { volumes }) },
  ]
}

/**
 * The project by name alone: `docker compose -p NAME down` goes by labels, so it works whatever became of the files in
 * the workspace since `up`.
 */
export function bareProject(deps: EnvDeps, env: EnvRecord): ComposeFiles {
  return { project: env.composeProject, directory: deps.paths.home, files: [], profiles: [], variables: {} }
}
