import type { Output } from '../../../contract/routes.ts'
import { paintState } from '../../ui/env.ts'
import type { Paint } from '../../ui/paint.ts'
import { renderTable } from '../../ui/table.ts'
import { defineCommand, projectFlag, switchFlag } from '../common.ts'

type EnvView = Output<'env.list'>['envs'][number]

/** `berth ls` */
export const lsCommand = defineCommand<{ project?: string; quiet: boolean }>({
  name: 'env.list',
  brief: 'All envs',
  flags: { project: projectFlag, quiet: switchFlag('names only') },
  aliases: { q: 'quiet' },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const data = await client.call('env.list', flags.project === undefined ? {} : { project: flags.project })
    const names = data.envs.map(({ project, name }) => `${project}/${name}`).join('\n')
    return { data, text: flags.quiet ? names : renderEnvs(data.envs, context.ui.paint) }
  },
})

function renderEnvs(envs: readonly EnvView[], paint: Paint): string {
  if (envs.length === 0) return 'no envs yet: berth create NAME makes one'
  return renderTable<EnvView>(
    [
      { title: 'ENV', value: ({ project, name }) => `${project}/${name}` },
      { title: 'STATE', value: ({ state }) => state, paint: (text, { state }) => paintState(state, paint, text) },
      { title: 'SERVICES', value: servicesText },
      { title: 'SESSIONS', value: ({ sessions }) => (sessions === 0 ? '-' : String(sessions)) },
      { title: 'SUBNET', value: ({ subnet }) => subnet },
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
