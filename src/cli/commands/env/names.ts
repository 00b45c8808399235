import { defineCommand, envArgument, projectFlag, quietFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import { type NameList, namesOf } from './names-of.ts'
import { envRef } from './shared.ts'

type ServiceName = NameList['names'][number]

/** `berth names` */
export const namesCommand = defineCommand<{ project?: string; quiet: boolean }, [string?]>({
  name: 'env.names',
  brief: 'Every name, and what it leads to',
  flags: { project: projectFlag, quiet: quietFlag },
  arguments: [{ ...envArgument, optional: true }],
  async run(context, flags, name) {
    const only = name === undefined ? { project: flags.project } : { env: envRef(context, name, flags.project) }
    const data = await namesOf(context, flags, only)
    return { data, text: flags.quiet ? data.names.map((one) => one.name).join('\n') : renderNames(data, context.ui) }
  },
})

function renderNames({ names, resolves, suffix }: NameList, { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  if (names.length === 0) return 'no names: berth up gives an env its names'
  const rows = table<ServiceName>(
    [
      { title: 'NAME', value: ({ name }) => name },
      {
        title: 'LEADS TO',
        value: leadsTo,
        paint: (text, { addresses }) => (addresses.length === 0 ? paint('dim', text) : text),
      },
      { title: 'ENV', value: ({ project, env }) => `${project}/${env}`, spare: true },
      { title: 'URL', value: ({ url }) => url ?? '-' },
    ],
    names,
  )
  if (resolves) return rows
  return `${rows}\n\nThis machine does not look up *.${suffix} yet: berth setup changes that. The URLs above work as they are.`
}

function leadsTo({ addresses: [first, ...more], ports }: ServiceName): string {
  if (first === undefined) return 'not running'
  const port = ports.length === 0 ? '' : `:${ports.join(',')}`
  return `${first}${port}${more.length > 0 ? ` +${more.length}` : ''}`
}
