import type { ProjectConfig } from '../config/model.ts'
import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'

/** Runs the project's init hook in a new workspace. Throws HOOK_FAILED with what it printed last. */
export async function prepareWorkspace(
  deps: Pick<EnvDeps, 'host'>,
  config: ProjectConfig,
  env: EnvRecord,
  scope: OperationScope,
): Promise<void> {
  if (config.env.init === null) return
  const lines: string[] = []
  const { exitCode } = await deps.host.run(config.env.init, {
    cwd: env.directory,
    signal: scope.signal,
    onLine: (line) => {
      lines.push(line)
      scope.emit({ type: 'output', line })
    },
  })
  if (exitCode === 0) return
  throw new AppError('HOOK_FAILED', `the init hook ended with ${exitCode}`, { details: { output: lines.slice(-10) } })
}
