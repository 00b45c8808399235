import { readAnswer } from '../../client/client.ts'
import { askRunning } from '../../client/local.ts'
import { loginNames } from '../../client/logins.ts'
import { postReady } from '../../client/remote.ts'
import { machineSockets } from '../../contract/home.ts'
import type { Input, Output, RouteName } from '../../contract/routes.ts'
import type { LiveWish, Proposal } from './propose.ts'

type EnvView = Output<'env.list'>['envs'][number]

/** The agents Berth knows by itself; a berth.toml may declare more. */
const agents = ['claude', 'codex', 'opencode', 'gemini']

/** How long a shell waits for another machine's words, ms. */
const patience = 500

/** Values only a running daemon knows; none when there is no daemon, which is never started for this. */
export async function liveProposals(home: string, wish: LiveWish): Promise<Proposal[]> {
  if (wish.kind === 'machine') return machines(home, wish)
  if (wish.kind === 'context') return contexts(home)
  if (wish.kind === 'agent') return agents.map((value) => ({ value, meaning: 'agent' }))
  if (wish.kind === 'session') return sessions(home, wish)
  if (wish.kind === 'file' || wish.kind === 'directory') return []
  const answer = await ask(home, wish, 'env.list', wish.project === undefined ? {} : { project: wish.project })
  const envs = answer?.envs ?? []
  if (wish.kind === 'project')
    return [...new Set(envs.map(({ project }) => project))].map((value) => ({ value, meaning: '' }))
  return wish.kind === 'env' ? envs.flatMap((env) => namesOf(env, envs)) : services(envs, wish)
}

async function machines(home: string, { context = 'default' }: LiveWish): Promise<Proposal[]> {
  const [answer, logins] = await Promise.all([
    askRunning(home, 'machine.list', { context }),
    loginNames({ home, context }),
  ])
  const connected = (answer?.machines ?? []).map(({ name, destination }) => ({ value: name, meaning: destination }))
  const byToken = logins.map((value) => ({ value, meaning: 'by token' }))
  return [{ value: 'local', meaning: 'this machine' }, ...connected, ...byToken]
}

async function contexts(home: string): Promise<Proposal[]> {
  const answer = await askRunning(home, 'context.list', {})
  return (answer?.contexts ?? []).map(({ name, machines: held }) => ({ value: name, meaning: held.join(', ') }))
}

/** Asks the machine the line names; another one only where its connection stands. */
async function ask<N extends RouteName>(
  home: string,
  { on = 'local', context = 'default' }: LiveWish,
  name: N,
  input: Input<N>,
): Promise<Output<N> | undefined> {
  if (on === 'local') return askRunning(home, name, input)
  const sockets = machineSockets(home, context, on)
  return readAnswer<N>(await postReady(sockets, name, input, { signal: AbortSignal.timeout(patience) }))
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

async function sessions(home: string, wish: LiveWish): Promise<Proposal[]> {
  const { env: wanted } = wish
  const answer = await ask(home, wish, 'session.list', {})
  return (answer?.sessions ?? [])
    .filter(({ project, env }) => wanted === undefined || wanted === env || wanted === `${project}/${env}`)
    .map(({ name, state }) => ({ value: name, meaning: state }))
}
