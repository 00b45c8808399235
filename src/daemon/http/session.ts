import { findEnv } from '../../core/envs/find-env.ts'
import { showRecord } from '../../core/envs/show-envs.ts'
import { rawInEnv, runInEnv } from '../../core/run/run-in-env.ts'
import { attachSession } from '../../core/sessions/attach-session.ts'
import { listSessions } from '../../core/sessions/list-sessions.ts'
import { readTranscript, type TranscriptRequest } from '../../core/sessions/read-transcript.ts'
import { stopSession } from '../../core/sessions/stop-session.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Pieces } from './answer.ts'
import type { Handlers } from './app.ts'
import { seenDeps } from './seen-deps.ts'

/** Routes of sessions → use cases. */
export function sessionHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `session.${string}`>> {
  return {
    'session.run': async (input, scope) => {
      const { env, session, started } = await runInEnv(deps, input, scope)
      return { env: await showRecord(deps, env), session, started }
    },
    'session.raw': (input, scope) => rawInEnv(deps, input, scope),
    'session.list': async ({ env }, { caller }) => {
      const seen = seenDeps(deps, caller)
      const filter = env === undefined ? {} : { envId: (await findEnv(seen, env)).id }
      return { sessions: await listSessions(seen, filter) }
    },
    'session.attach': async (input) => {
      const { session, argv, env } = await attachSession(deps, {
        env: await findEnv(deps, input.env),
        name: input.session,
      })
      return { session, argv, env, directory: null }
    },
    'session.stop': async (input) => ({
      session: await stopSession(deps, { env: await findEnv(deps, input.env), name: input.session }),
    }),
    'session.transcript': async ({ env: ref, session, plain, tail, follow }, signal) => {
      const env = await findEnv(deps, ref)
      return transcriptPieces(deps, { env, name: session, plain, tail, follow, signal })
    },
  }
}

/** The transcript's bytes; a session that does not exist fails before the first one. */
async function transcriptPieces(deps: DaemonDeps, request: TranscriptRequest): Promise<Pieces> {
  const pieces = readTranscript(deps, request)
  const first = await pieces.next()
  return (async function* () {
    if (first.done) return
    yield first.value.bytes
    for await (const { bytes } of pieces) yield bytes
  })()
}
