import { labels } from '../labels.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'

/** Removes every engine object that carries the env's labels, whatever made or forgot it; volumes only when asked. */
export async function sweepEnv(
  { engine, homeId }: Pick<EnvDeps, 'engine' | 'homeId'>,
  env: Pick<EnvRecord, 'id'>,
  { volumes }: { volumes: boolean },
): Promise<void> {
  const ours = [`${labels.home}=${homeId}`, `${labels.env}=${env.id}`]
  for (const { id } of await engine.containers(ours)) await engine.removeContainer(id)
  for (const { id } of await engine.networks(ours)) await engine.removeNetwork(id)
  if (!volumes) return
  for (const { name } of await engine.volumes(ours)) await engine.removeVolume(name)
}
