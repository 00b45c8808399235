import { finishAlways } from '../operations/finish-always.ts'
import type { Step } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { ComposeFiles } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import { lockEnv } from './lock-env.ts'
import type { EnvRecord } from './model.ts'
import { aboutEnv } from './name.ts'
import { detachShared } from './shared/attach.ts'
import { countUsers } from './shared/release.ts'
import { sweepEnv } from './sweep.ts'

/** What `berth down` asks for. */
export interface DownRequest {
  env: EnvRef
  /** Remove its data as well. */
  volumes: boolean
}

/** Stops and removes an env's containers and networks; harmless when it is down. Once begun it is always finished. */
export async function downEnv(deps: EnvDeps, request: DownRequest, scope: OperationScope): Promise<EnvRecord> {
  const found = await findEnv(deps, request.env)
  return lockEnv(deps, found, (env) => takeDown(deps, env, request, scope), scope)
}

/** Takes an env down, under its lock. */
export async function takeDown(
  deps: EnvDeps,
  env: EnvRecord,
  { volumes }: Pick<DownRequest, 'volumes'>,
  asked: OperationScope,
): Promise<EnvRecord> {
  const scope = finishAlways(asked)
  return withOperation(deps, scope, { kind: 'env.down', ...aboutEnv(env), input: { volumes } }, async () => {
    await deps.store.updateEnv(env.id, { desired: 'down' })
    const steps = stopSteps(deps, env, { volumes }, scope)
    await runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, steps)
    return { ...env, desired: 'down' as const }
  })
}

/** The steps that take an env's engine objects away; destroy has them too. */
export function stopSteps(
  deps: EnvDeps,
  env: EnvRecord,
  { volumes }: { volumes: boolean },
  scope: OperationScope,
): Step[] {
  const step = (name: string, title: string, run: () => Promise<void>): Step => ({
    name,
    title,
    run,
    finishLater: true,
  })
  const onLine = (line: string) => scope.emit({ type: 'output', line })
  return [
    step('detach', 'leave its shared services', () => detach(deps, env)),
    step('stop', 'stop its services', () =>
      deps.heavy(() => deps.engine.down(bareProject(deps, env), { volumes, onLine })),
    ),
    step('sweep', 'remove what is left', async () => {
      await sweepEnv(deps, env, { volumes })
      await deps.observed.look(env.id)
    }),
  ]
}

async function detach(deps: EnvDeps, env: EnvRecord): Promise<void> {
  const record = await deps.upRecords.read(env.id)
  await detachShared(deps, env, record?.attachments ?? [])
  await countUsers(deps, env)
}

/**
 * The project by name alone: `docker compose -p NAME down` goes by labels, so it works whatever became of the files in
 * the workspace since `up`.
 */
export function bareProject(deps: EnvDeps, env: EnvRecord): ComposeFiles {
  return { project: env.composeProject, directory: deps.paths.home, files: [], profiles: [], variables: {} }
}
