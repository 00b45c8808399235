import type { Output } from '../../../contract/routes.ts'
import type { Ui } from '../../ui/ui.ts'

/** The stages of a repository as a table. */
export function listText({ stages }: Output<'ci.list'>, { table }: Pick<Ui, 'table'>): string {
  if (stages.length === 0) return 'no stages: name some in [ci.stages] of berth.toml'
  return table<Output<'ci.list'>['stages'][number]>(
    [
      { title: 'STAGE', value: ({ name }) => name },
      { title: 'COMMAND', value: ({ command }) => command.replaceAll('\n', ' ') },
      { title: 'IN', value: ({ directory }) => directory || '.', spare: true },
      { title: 'AFTER', value: ({ dependsOn }) => dependsOn.join(', ') || '-', spare: true },
      { title: 'FROM', value: ({ source, enabled }) => `${source}${enabled ? '' : ' (disabled)'}` },
    ],
    stages,
  )
}

/** What a run would do, in its order. */
export function planText({ stages }: Output<'ci.plan'>, { table }: Pick<Ui, 'table'>): string {
  return table<Output<'ci.plan'>['stages'][number]>(
    [
      { title: 'STAGE', value: ({ name }) => name },
      {
        title: 'WOULD',
        value: ({ cached, missing }) => (missing !== null ? 'need its tool' : cached ? 'be cached' : 'run'),
      },
      { title: 'COMMAND', value: ({ command }) => command.replaceAll('\n', ' ') },
    ],
    stages,
  )
}
