import type { EngineContainer } from '../../ports.ts'
import type { EnvDeps } from '../deps.ts'
import { envContainers } from '../env-containers.ts'
import type { EnvRecord } from '../model.ts'
import { sharedContainers } from './attach.ts'
import { seenFrom } from './borrowed.ts'

/** Every container that serves an env: its own, and those of the shared instances in its networks. */
export async function reachableContainers(
  deps: Pick<EnvDeps, 'store' | 'engine' | 'homeId' | 'upRecords'>,
  env: EnvRecord,
): Promise<EngineContainer[]> {
  const [own, record] = await Promise.all([envContainers(deps, env.id), deps.upRecords.read(env.id)])
  const lent = await Promise.all(
    (record?.attachments ?? []).map(async ({ service, networks }) =>
      seenFrom(await sharedContainers(deps, env, service), networks),
    ),
  )
  return [...own, ...lent.flat()]
}
