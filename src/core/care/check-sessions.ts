import { lostEnvs } from '../envs/mirror.ts'
import type { EnvRecord } from '../envs/model.ts'
import { orphanSessions } from '../sessions/orphan-sessions.ts'
import type { CareDeps, Fault } from './model.ts'

/** Sessions that run although no record knows of them. Where their env is there they are left alone: somebody may be at work. */
export async function checkSessions(deps: CareDeps): Promise<Fault[]> {
  const orphans = await orphanSessions(deps)
  if (orphans.length === 0) return []
  const envs = [...(await deps.store.envs()), ...(await lostEnvs(deps))]
  return orphans.map(({ id }): Fault => {
    const env = envs.find((one) => id.startsWith(`${one.id}-`))
    return env ? unknownIn(env, id) : orphaned(deps, id)
  })
}

function orphaned(deps: CareDeps, id: string): Fault {
  const repair = () => deps.multiplexer.kill(id)
  const problem = 'the session runs although no env has it'
  return { kind: 'orphaned-session', subject: id, problem, remedy: 'end it', severity: 'warning', repair }
}

function unknownIn({ project, name }: EnvRecord, id: string): Fault {
  const subject = `${project}/${name}`
  const problem = `the session ${id} runs in it, and the state knows nothing of that: an older database was restored`
  const remedy = `let it end; berth destroy ${subject} ends it with its env`
  return { kind: 'session-lost', subject, problem, remedy, severity: 'warning' }
}
