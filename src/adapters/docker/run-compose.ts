import type { ComposeFiles, ContainerEngine, Host } from '../../core/ports.ts'
import { composeEnvironment } from './commands.ts'
import type { Environment } from './endpoint.ts'
import type { Presence } from './presence.ts'
import type { removeProject } from './remove-project.ts'

/** What the compose verbs need: a machine, its environment, and the engine to look at what became of them. */
export interface ComposeDependencies {
  host: Host
  /** argv that Compose is started with. */
  program: readonly string[]
  environment: () => Environment
  engine: Parameters<typeof removeProject>[0] &
    Pick<ContainerEngine, 'lastLines'> & {
      /** Reaches the engine: what it is decides what Compose is told. */
      connect: () => Promise<unknown>
      /** Does what keeps healthchecks going on this engine, until the signal. */
      pulse: (project: string, signal: AbortSignal) => Promise<void>
      /** Watches from now until the signal whether the engine stays. */
      watchPresence: (signal: AbortSignal) => Promise<Presence>
    }
}

/** How Compose is run for a project: it reads the `.env` of the directory it runs in, never the daemon's. */
export function spawnOptions({ environment }: Pick<ComposeDependencies, 'environment'>, files: ComposeFiles) {
  return { env: composeEnvironment(environment(), files), cwd: files.directory }
}

/** Progress lines and interruption, as far as they are wanted. */
export function lineOptions(options: { signal?: AbortSignal; onLine?: (line: string) => void }) {
  const { signal, onLine } = options
  return { ...(signal && { signal }), ...(onLine && { onLine: (line: string) => onLine(line) }) }
}
