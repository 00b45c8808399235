import type { ExecOptions, ExecResult } from '../../../lib/exec.ts'
import { AppError } from '../../errors.ts'
import { composeLabels } from '../../labels.ts'
import type { EngineContainer } from '../../ports.ts'
import { baseProject } from '../compose-projects.ts'
import type { DeployDeps } from '../deps.ts'
import type { AppRecord } from '../model.ts'

/** What work on the server of an add-on takes. */
export type ServerDeps = Pick<DeployDeps, 'engine' | 'host' | 'clock'>

/** How long one dump may take, ms. */
const patience = 3_600_000

/** The container of an add-on, running or not. */
export async function serverOf(
  { engine }: Pick<ServerDeps, 'engine'>,
  app: AppRecord,
  addon: string,
): Promise<EngineContainer | undefined> {
  const [found] = await engine.containers([
    `${composeLabels.project}=${baseProject(app)}`,
    `${composeLabels.service}=${addon}`,
  ])
  return found
}

/** The same where it runs. Throws BACKUP_FAILED. */
export async function runningServer(deps: ServerDeps, app: AppRecord, addon: string): Promise<EngineContainer> {
  const server = await serverOf(deps, app, addon)
  if (server?.state !== 'running') throw new AppError('BACKUP_FAILED', `${addon} does not run`, { details: { addon } })
  return server
}

/** Runs a program that dumps data or puts it back. Throws BACKUP_FAILED with what it said last. */
export async function runOn(
  { host }: Pick<ServerDeps, 'host'>,
  addon: string,
  { argv, env, cwd }: { argv: readonly string[]; env: Record<string, string>; cwd?: string },
  options: Pick<ExecOptions, 'inputFile' | 'appendTo' | 'signal'> = {},
): Promise<ExecResult> {
  const result = await host.run(argv, { env, ...(cwd !== undefined && { cwd }), timeoutMs: patience, ...options })
  if (result.exitCode === 0) return result
  const said = result.stderr.trim().split('\n').slice(-3).join('; ')
  throw new AppError('BACKUP_FAILED', `${addon}: ${said || `exit code ${result.exitCode}`}`, { details: { addon } })
}

/** Stops and starts it. */
export async function restartServer(deps: ServerDeps, app: AppRecord, addon: string): Promise<void> {
  const server = await serverOf(deps, app, addon)
  if (!server) return
  await deps.engine.stopContainer(server.id)
  await deps.engine.startContainer(server.id)
}

/** Waits until it answers. Throws BACKUP_FAILED. */
export async function untilReady(deps: ServerDeps, app: AppRecord, addon: string, signal: AbortSignal): Promise<void> {
  const deadline = deps.clock.now().getTime() + 60_000
  for (;;) {
    const server = await serverOf(deps, app, addon)
    if (server?.state === 'running' && ['healthy', 'none'].includes(server.health)) return
    if (deps.clock.now().getTime() > deadline)
      throw new AppError('BACKUP_FAILED', `${addon} did not come back`, { details: { addon } })
    await deps.clock.wait(100, signal)
  }
}
