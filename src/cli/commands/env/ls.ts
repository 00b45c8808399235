import type { Output } from '../../../contract/routes.ts'
import { defineCommand, projectFlag, quietFlag } from '../../command.ts'
import { paintState } from '../../ui/env.ts'
import type { Ui } from '../../ui/ui.ts'

type EnvView = Output<'env.list'>['envs'][number]

/** `berth ls` */
export const lsCommand = defineCommand<{ project?: string; quiet: boolean }>({
  name: 'env.list',
  brief: 'All envs',
  examples: [
    ['berth ls', 'of every project'],
    ['berth ls --quiet --project shop', 'their names, of one'],
  ],
  flags: { project: projectFlag, quiet: quietFlag },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const data = await client.call('env.list', flags.project === undefined ? {} : { project: flags.project })
    const names = data.envs.map(({ project, name }) => `${project}/${name}`).join('\n')
    return { data, text: flags.quiet ? names : renderEnvs(data.envs, context.ui) }
  },
})

function renderEnvs(envs: readonly EnvView[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  if (envs.length === 0) return 'no envs yet: berth create NAME makes one'
  return table<EnvView>(
    [
      { title: 'ENV', value: ({ project, name }) => `${project}/${name}` },
      { title: 'STATE', value: ({ state }) => state, paint: (text, { state }) => paintState(state, paint, text) },
      { title: 'SERVICES', value: servicesText },
      { title: 'SESSIONS', value: ({ sessions }) => (sessions === 0 ? '-' : String(sessions)), spare: true },
      { title: 'SUBNET', value: ({ subnet }) => subnet, spare: true },
      { title: 'URL', value: ({ url }) => url ?? '-' },
    ],
    envs,
  )
}

function servicesText({ services }: EnvView): string {
  if (services.length === 0) return '-'
  const running = services.filter(({ state }) => state === 'running' || state === 'shared').length
  return `${running}/${services.length}`
}
