import { adoptEnv } from '../envs/adopt.ts'
import { lostEnvs } from '../envs/mirror.ts'
import type { CareDeps, Fault } from './model.ts'

/** Envs that are there but that the database has lost: it was restored from a backup. */
export async function checkLost(deps: CareDeps): Promise<Fault[]> {
  return (await lostEnvs(deps)).map((env) => ({
    kind: 'env-lost',
    subject: `${env.project}/${env.name}`,
    problem: 'it is there, but the state knows nothing of it: an older database was restored',
    remedy: 'adopt it again',
    severity: 'error',
    repair: () => adoptEnv(deps, env),
  }))
}
