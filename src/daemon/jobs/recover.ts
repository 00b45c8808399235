import type { EnvRecord } from '../../core/envs/model.ts'
import { resumeOperation } from '../../core/envs/resume.ts'
import { showRecord } from '../../core/envs/show-envs.ts'
import { toAppError } from '../../core/errors.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { OperationRecord } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/**
 * Settles what an earlier daemon, or an engine that went away, left open. Runs as the operations they were, under their
 * own ids, so that whoever asked for them can follow them to their end, and commands on the same env wait their turn.
 * Returns what it found, in words for people.
 */
export async function recoverOperations(deps: DaemonDeps, log: (message: string) => void): Promise<string[]> {
  const open = await deps.store.journal.open()
  const envs = new Map((await deps.store.envs()).map((env) => [env.id, env]))
  const found: string[] = []
  for (const operation of open) {
    const env = operation.envId === null ? undefined : envs.get(operation.envId)
    if (deps.operations.isRunning(operation.id) || isOfApp(operation)) continue
    if (env) {
      found.push(noticeOf(operation, env))
      deps.operations.resume(operation.id, (scope) => settle(deps, operation, env, scope, log), operation.actor)
    } else await deps.store.journal.end(operation.id, 'undone')
  }
  return found
}

/** Settled with the apps: see retire-apps.ts. */
const isOfApp = ({ kind }: OperationRecord) => kind.startsWith('deploy.')

function noticeOf({ kind }: OperationRecord, { project, name }: EnvRecord): string {
  const verb = kind.split('.').at(-1)
  const what = kind === 'env.create' ? 'undoes' : 'finishes'
  return `berthd had been cut off in ${verb} of ${project}/${name}, and now ${what} it`
}

async function settle(
  deps: DaemonDeps,
  operation: OperationRecord,
  env: EnvRecord,
  scope: OperationScope,
  log: (message: string) => void,
): Promise<unknown> {
  const what = `${operation.kind} ${operation.id} of ${env.project}/${env.name}, cut off at ${operation.startedAt}`
  try {
    const answer = await answerOf(deps, operation, await resumeOperation(deps, operation, env, scope))
    log(`finished ${what}`)
    return answer
  } catch (error) {
    log(`settled ${what}: ${toAppError(error).message}`)
    throw error
  }
}

/** What the operation's own route would have answered. */
async function answerOf(deps: DaemonDeps, { kind, input }: OperationRecord, env: EnvRecord): Promise<unknown> {
  if (kind === 'env.destroy') {
    const kept = (input as { keepWorkspace?: boolean }).keepWorkspace === true
    return { project: env.project, name: env.name, workspace: kept ? env.workspace : null }
  }
  const view = await showRecord(deps, env)
  if (kind !== 'env.up') return { env: view }
  return { env: view, findings: (await deps.upRecords.read(env.id))?.findings ?? [] }
}
