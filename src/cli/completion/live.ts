import { askRunning } from '../../client/local.ts'
import type { Output } from '../../contract/routes.ts'
import type { LiveWish, Proposal } from './propose.ts'

type EnvView = Output<'env.list'>['envs'][number]

/** The agents Berth knows by itself; a berth.toml may declare more. */
const agents = ['claude', 'codex', 'opencode', 'gemini']

/** Values only a running daemon knows; none when there is no daemon, which is never started for this. */
export async function liveProposals(home: string, wish: LiveWish): Promise<Proposal[]> {
  if (wish.kind === 'machine') return [{ value: 'local', meaning: 'this machine' }]
  if (wish.kind === 'agent') return agents.map((value) => ({ value, meaning: 'agent' }))
  if (wish.kind === 'session') return sessions(home, wish)
  if (wish.kind === 'file' || wish.kind === 'directory') return []
  const answer = await askRunning(home, 'env.list', wish.project === undefined ? {} : { project: wish.project })
  const envs = answer?.envs ?? []
  if (wish.kind === 'project')
    return [...new Set(envs.map(({ project }) => project))].map((value) => ({ value, meaning: '' }))
  return wish.kind === 'env' ? envs.flatMap((env) => namesOf(env, envs)) : services(envs, wish)
}

/** By its own name where no other project has one like it, and with its project in any case. */
function namesOf({ project, name, state }: EnvView, all: readonly EnvView[]): Proposal[] {
  const alone = all.filter((other) => other.name === name).length === 1
  const whole = { value: `${project}/${name}`, meaning: state }
  return alone ? [{ value: name, meaning: `${project}, ${state}` }, whole] : [whole]
}

function services(envs: readonly EnvView[], { env: wanted }: LiveWish): Proposal[] {
  const meant = envs.filter(({ project, name }) => wanted === name || wanted === `${project}/${name}`)
  const found = meant.flatMap((env) => env.services.map(({ service, state }) => ({ value: service, meaning: state })))
  return [...new Map(found.map((one) => [one.value, one])).values()]
}

async function sessions(home: string, { env: wanted }: LiveWish): Promise<Proposal[]> {
  const answer = await askRunning(home, 'session.list', {})
  return (answer?.sessions ?? [])
    .filter(({ project, env }) => wanted === undefined || wanted === env || wanted === `${project}/${env}`)
    .map(({ name, state }) => ({ value: name, meaning: state }))
}
