import type { CareDeps, Fault } from './model.ts'

/** Operations that are open although nobody works on them: their settling failed. */
export async function checkJournal(deps: CareDeps): Promise<Fault[]> {
  const open = await deps.store.journal.open()
  const names = new Map((await deps.store.envs()).map(({ id, project, name }) => [id, `${project}/${name}`]))
  return open
    .filter(({ id }) => !deps.isUnderWay(id))
    .map(({ kind, envId, startedAt }) => ({
      kind: 'operation-open',
      subject: names.get(envId ?? '') ?? kind,
      problem: `${kind} of ${startedAt} was cut off and could not be settled`,
      remedy: 'see berth daemon logs; it is tried again when the daemon starts or the engine comes back',
      severity: 'warning',
    }))
}
