import { undoCreate } from '../envs/create.ts'
import { destroyEnv } from '../envs/destroy.ts'
import type { EnvRecord } from '../envs/model.ts'
import { aside } from './aside.ts'
import type { CareDeps, Fault } from './model.ts'

/** Envs half made or half destroyed on which nobody works any more. */
export async function checkStuck(deps: CareDeps): Promise<Fault[]> {
  const stuck = (await deps.store.envs()).filter(({ phase }) => phase !== 'ready')
  const open = await deps.store.journal.open()
  const isWorkedOn = ({ id }: EnvRecord) => open.some((one) => one.envId === id && deps.isUnderWay(one.id))
  return stuck
    .filter((env) => !isWorkedOn(env))
    .map((env) => ({
      kind: 'env-stuck',
      subject: `${env.project}/${env.name}`,
      problem: env.phase === 'creating' ? 'it was never made to its end' : 'it could not be destroyed to its end',
      remedy: env.phase === 'creating' ? 'remove what there is of it' : 'destroy it to its end',
      severity: 'error',
      repair: () => (env.phase === 'creating' ? undo(deps, env) : finishDestroy(deps, env)),
    }))
}

async function undo(deps: CareDeps, { id, project, name }: EnvRecord): Promise<void> {
  await deps.locks.run(id, async () => {
    const env = await deps.store.env(project, name)
    if (env?.id !== id || env.phase !== 'creating') return
    await undoCreate(deps, env)
    const { journal } = deps.store
    const open = (await journal.open()).filter(({ envId }) => envId === id)
    for (const operation of open) await journal.end(operation.id, 'undone')
  })
}

/** With its workspace, unless that was to be kept. */
async function finishDestroy(deps: CareDeps, env: EnvRecord): Promise<void> {
  const operations = await deps.store.journal.recent(500)
  const asked = operations.find(({ envId, kind }) => envId === env.id && kind === 'env.destroy')
  const { keepWorkspace = false } = (asked?.input ?? {}) as { keepWorkspace?: boolean }
  await destroyEnv(deps, { env: { project: env.project, name: env.name }, keepWorkspace }, aside(deps))
}
