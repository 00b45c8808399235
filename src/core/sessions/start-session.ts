import { join } from 'node:path'
import type { EnvRecord } from '../envs/model.ts'
import type { SessionDeps } from './deps.ts'
import { listSessions } from './list-sessions.ts'
import type { SessionRecord, SessionView } from './model.ts'
import { baseName, findSame, freeName } from './name.ts'
import { requireProgram } from './require-program.ts'
import { viewSession } from './view.ts'

/** What to start, and where. */
export interface StartSessionRequest {
  env: Pick<EnvRecord, 'id' | 'project' | 'name'>
  /** The agent adapter, or null for a plain command. */
  agent: string | null
  argv: readonly string[]
  /** Absolute path the command starts in. */
  directory: string
  /** See sessionEnvironment. */
  environment: Record<string, string>
  /** Another session even where the same one runs already. */
  another?: boolean
  /** Who asked for it, and the operation that does it. */
  by?: { actor: string | undefined; operation: string }
  columns?: number
  rows?: number
}

/** A session, and whether it was started now or found running. */
export interface StartedSession {
  session: SessionView
  started: boolean
}

/**
 * Starts a session in an env, or finds the one that runs already (see findSame). Throws AGENT_UNKNOWN when the program
 * is not installed, SESSION_FAILED.
 */
export async function startSession(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'programs' | 'clock' | 'locks' | 'paths' | 'events'>,
  request: StartSessionRequest,
): Promise<StartedSession> {
  return deps.locks.run(`sessions ${request.env.id}`, async () => {
    const sessions = await listSessions(deps, { envId: request.env.id })
    const same = request.another ? undefined : findSame(sessions, request)
    if (same) return { session: same, started: false }
    await requireProgram(deps, { ...request, path: request.environment.PATH ?? '' })
    const record = describe(deps, request, sessions)
    await deps.store.addSession(record)
    await launch(deps, request, record)
    await tellStart(deps, request, record)
    const [running] = (await deps.multiplexer.list()).filter(({ id }) => id === record.id)
    const exitCode = running ? null : await deps.multiplexer.exitCode(record)
    return { session: viewSession(record, request.env, { running, exitCode, now: deps.clock.now() }), started: true }
  })
}

function describe(
  deps: Pick<SessionDeps, 'clock' | 'paths'>,
  { env, agent, argv }: StartSessionRequest,
  sessions: readonly SessionView[],
): SessionRecord {
  const taken = sessions.map((session) => session.name)
  const name = freeName(baseName(agent, argv), taken)
  const directory = deps.paths.sessions(env.id)
  return {
    id: `${env.id}-${name}`,
    envId: env.id,
    name,
    agent,
    argv: [...argv],
    startedAt: deps.clock.now().toISOString(),
    logFile: join(directory, `${name}.log`),
    exitFile: join(directory, `${name}.exit`),
  }
}

async function tellStart({ events }: Pick<SessionDeps, 'events'>, request: StartSessionRequest, record: SessionRecord) {
  const { name: session, agent } = record
  const subject = `${request.env.project}/${request.env.name}`
  await events.tell({ type: 'session.started', subject, ...request.by, data: { session, agent } })
}

/** A session that could not be started leaves no record. */
async function launch(
  deps: Pick<SessionDeps, 'store' | 'multiplexer'>,
  request: StartSessionRequest,
  record: SessionRecord,
): Promise<void> {
  try {
    await deps.multiplexer.start({
      id: record.id,
      title: `${request.env.project}/${request.env.name} ${record.name}`,
      argv: record.argv,
      directory: request.directory,
      env: request.environment,
      logFile: record.logFile,
      exitFile: record.exitFile,
      ...(request.columns === undefined ? {} : { columns: request.columns }),
      ...(request.rows === undefined ? {} : { rows: request.rows }),
    })
  } catch (error) {
    await deps.store.removeSession(record.id)
    throw error
  }
}
