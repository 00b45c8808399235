import { labels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import type { EnvDeps } from './deps.ts'

/** An env's containers as the engine has them now, stopped ones too. */
export function envContainers(deps: Pick<EnvDeps, 'engine' | 'homeId'>, id: string): Promise<EngineContainer[]> {
  return deps.engine.containers([`${labels.home}=${deps.homeId}`, `${labels.env}=${id}`])
}
