import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import type { DeployDeps } from './deps.ts'

/** A service that failed, as every failure of a deploy tells it in `details.services`. */
export interface FailedService {
  service: string
  container: string
  reason: string
  exitCode: number | null
  /** What it wrote last, ten lines at most. */
  lastLines: string[]
}

/** Containers that failed, with the last ten lines each wrote. */
export async function failedServices(
  { engine }: Pick<DeployDeps, 'engine'>,
  faults: readonly { container: EngineContainer; reason: string }[],
): Promise<FailedService[]> {
  return Promise.all(
    faults.map(async ({ container: { id, name, labels, exitCode }, reason }) => ({
      service: labels[composeLabels.service] ?? name,
      container: name,
      reason,
      exitCode,
      lastLines: await engine.lastLines(id, 10),
    })),
  )
}
