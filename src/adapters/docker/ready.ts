import type { EngineContainer } from '../../core/ports/engine.ts'

/** Where a start stands: what is not ready yet, and what never will be. */
export interface Readiness {
  waiting: EngineContainer[]
  failed: EngineContainer[]
}

/**
 * Judges containers just started: ready is healthy, running without a healthcheck, or ended with exit code 0 (a job);
 * failed is unhealthy, dead, or ended with another code. One that restarts may still come up.
 */
export function judgeReadiness(containers: readonly EngineContainer[]): Readiness {
  const waiting: EngineContainer[] = []
  const failed: EngineContainer[] = []
  for (const container of containers) {
    const verdict = judge(container)
    if (verdict === 'waiting') waiting.push(container)
    if (verdict === 'failed') failed.push(container)
  }
  return { waiting, failed }
}

function judge({ state, health, exitCode }: EngineContainer): 'ready' | 'waiting' | 'failed' {
  if (state === 'running') return health === 'unhealthy' ? 'failed' : health === 'starting' ? 'waiting' : 'ready'
  if (state === 'exited') return exitCode === 0 ? 'ready' : 'failed'
  if (state === 'dead' || state === 'removing') return 'failed'
  return state === 'paused' ? 'ready' : 'waiting'
}

/** What to say of a container that failed: `exited with code 1`, `is unhealthy`. */
export function describeFailure({ state, health, exitCode }: EngineContainer): string {
  if (state === 'exited') return `exited with code ${exitCode ?? 'unknown'}`
  if (state === 'restarting') return 'keeps restarting'
  if (health === 'unhealthy') return 'is unhealthy'
  if (health === 'starting') return 'did not become healthy in time'
  return `is ${state}`
}

const progressLine =
  /^\s*Container (\S+) +(Created|Creating|Recreated|Recreate|Running|Starting|Started|Waiting|Healthy|Exited)\s*$/

/** What a progress line of `docker compose up` tells of a container: ` Container app-web-1  Started`. */
export function containerProgress(line: string): { container: string; state: string } | undefined {
  const [, container, state] = progressLine.exec(line) ?? []
  return container === undefined || state === undefined ? undefined : { container, state }
}
