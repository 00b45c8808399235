import type { Output } from '../../contract/routes.ts'
import type { Paint } from './paint.ts'
import type { Ui } from './ui.ts'

type EnvView = Output<'env.status'>['env']
type ServiceStatus = EnvView['services'][number]

/** An env and its services, for `up` and `status`. */
export function describeServices(env: EnvView, { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  const head = `${paint('bold', `${env.project}/${env.name}`)} is ${paintState(env.state, paint, env.state)}`
  if (env.services.length === 0) return head
  const services = table<ServiceStatus>(
    [
      { title: 'SERVICE', value: ({ service }) => service },
      {
        title: 'STATE',
        value: stateText,
        paint: (text, row) => paintState(row.health === 'unhealthy' ? 'broken' : row.state, paint, text),
      },
      { title: 'ADDRESS', value: ({ addresses }) => addresses[0] ?? '' },
      { title: 'PORTS', value: ({ ports }) => ports.join(',') },
    ],
    env.services,
  )
  return [head, '', services, ...(env.url === null ? [] : ['', env.url])].join('\n')
}

function stateText({ state, health, exitCode, ended, containers }: ServiceStatus): string {
  const replicas = containers > 1 ? ` ×${containers}` : ''
  if (state === 'exited') return `${ended === 'stopped' ? ended : state} (${exitCode ?? '?'})${replicas}`
  return health === 'none' ? `${state}${replicas}` : `${state}, ${health}${replicas}`
}

const colours: Record<string, Parameters<Paint>[0]> = {
  up: 'green',
  running: 'green',
  shared: 'green',
  partial: 'yellow',
  creating: 'yellow',
  destroying: 'yellow',
  restarting: 'yellow',
  exited: 'yellow',
  broken: 'red',
  dead: 'red',
  missing: 'red',
  'missing-workspace': 'red',
}

/** A state's word in the colour of how good it is. */
export function paintState(state: string, paint: Paint, text: string): string {
  const colour = colours[state]
  return colour === undefined ? text : paint(colour, text)
}
