import type { Output } from '../../contract/routes.ts'
import type { Choice } from './choice.ts'

type EnvView = Output<'env.list'>['envs'][number]

/** Envs to choose from. */
export function envChoices(envs: readonly EnvView[]): (Choice & { env: EnvView })[] {
  return envs.map((env) => {
    const running = env.services.filter(({ state }) => state === 'running' || state === 'shared').length
    const services = env.services.length === 0 ? '' : `${running}/${env.services.length} services`
    const sessions = env.sessions === 0 ? '' : `${env.sessions} ${env.sessions === 1 ? 'session' : 'sessions'}`
    const text = [env.state, services, sessions].filter((part) => part !== '').join(', ')
    return { name: `${env.project}/${env.name}`, text, env }
  })
}

/** What can be done with an env as it stands; `words` is the command line that does it. */
export function envActions({ project, name, state, sessions, url }: EnvView): (Choice & { words: string[] })[] {
  const ref = `${project}/${name}`
  const all = [
    { name: 'shell', text: 'in its workspace', when: state !== 'missing-workspace' },
    { name: 'attach', text: 'join its session', when: sessions > 0 },
    { name: 'open', text: url ?? '', when: url !== null && state === 'up' },
    { name: 'logs', text: 'of its services', when: state === 'up' || state === 'partial' || state === 'broken' },
    { name: 'status', text: 'all there is to say', when: true },
    { name: 'up', text: 'start its services', when: state !== 'up' },
    { name: 'down', text: 'stop its services', when: state === 'up' || state === 'partial' },
    { name: 'diff', text: 'what it changed', when: state !== 'missing-workspace' },
    { name: 'destroy', text: 'remove it, data included', when: true },
  ]
  return all.filter(({ when }) => when).map(({ name, text }) => ({ name, text, words: [name, ref] }))
}
