import { hostname, userInfo } from 'node:os'
import type { Output } from '../../../contract/routes.ts'
import type { CommonFlags } from '../../context.ts'
import { paintState } from '../../ui/env.ts'
import type { Ui } from '../../ui/ui.ts'

type AppView = Output<'app.status'>['app']
type ServiceView = AppView['services'][number]

/** Who asks, for leases and history. */
export const whoAsks = () => `${userInfo().username}@${hostname()}`

/** The column that says which machine a row is of, where there are several. */
export const machineColumn = (several: boolean) =>
  several ? [{ title: 'MACHINE', value: ({ machine }: { machine: string }) => machine }] : []

/** The context a command line names, for a request. */
export const ofContext = ({ context }: CommonFlags) => (context === undefined ? {} : { context })

const goodness: Record<AppView['state'], string> = {
  ok: 'up',
  degraded: 'partial',
  down: 'broken',
  'never-deployed': 'down',
}

/** An app's state in its colour. */
export const paintApp = (state: AppView['state'], paint: Ui['paint'], text: string = state) =>
  paintState(goodness[state], paint, text)

/** An app and its services. */
export function describeApp(app: AppView, { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  const release = app.number === null ? '' : `, release ${app.number} (${app.release})`
  const head = `${paint('bold', app.name)} is ${paintApp(app.state, paint)}${release}`
  if (app.services.length === 0) return head
  const services = table<ServiceView>(
    [
      { title: 'SERVICE', value: ({ service }) => service },
      { title: 'STATE', value: ({ state, health }) => (health === 'none' ? state : `${state}, ${health}`) },
      { title: 'CONTAINERS', value: ({ containers }) => String(containers) },
      { title: 'REPLACED', value: ({ mode }) => mode },
    ],
    app.services,
  )
  return [head, '', services, ...(app.urls.length === 0 ? [] : ['', app.urls.join('\n')])].join('\n')
}
