import type { Output } from '../../../contract/routes.ts'
import { defineCommand, switchFlag } from '../../command.ts'
import { renderTable } from '../../ui/table.ts'
import { runWithProgress } from '../env/shared.ts'

type Garbage = Output<'care.gc'>['garbage'][number]

/** `berth gc` */
export const gcCommand = defineCommand<{ dryRun: boolean }>({
  name: 'care.gc',
  brief: 'Remove what no env needs any more',
  details:
    'Containers, networks, volumes, sessions, workspaces and files of envs that are gone, frozen copies no workspace uses, old backups, builds of Berth that other machines sent and that are not used any more. Only what carries the label of this BERTH_HOME or lies in it is looked at; a workspace you chose to keep stays.',
  flags: { dryRun: switchFlag('only show what would go') },
  async run(context, flags) {
    const data = await runWithProgress(context, flags, 'care.gc', 'gc', { dryRun: flags.dryRun })
    if (data.garbage.length === 0) return { data, text: 'nothing to remove' }
    const failed = data.garbage.filter(({ failure }) => failure !== null)
    const gone = data.garbage.filter(({ failure }) => failure === null)
    const bytes = gone.reduce((sum, one) => sum + (one.bytes ?? 0), 0)
    const total = `${data.removed ? 'removed' : 'would remove'} ${gone.length}, ${size(bytes)}`
    const stays = failed.map(({ subject, failure }) => `\n${subject} stays: ${failure}`).join('')
    const text = `${renderGarbage(gone)}\n\n${total}${stays}`
    return { data, text, exitCode: failed.length > 0 ? 1 : 0 }
  },
})

function renderGarbage(garbage: readonly Garbage[]): string {
  return renderTable<Garbage>(
    [
      { title: 'KIND', value: ({ kind }) => kind },
      { title: 'SIZE', value: ({ bytes }) => (bytes === null ? '-' : size(bytes)) },
      { title: 'WHAT', value: ({ subject }) => subject },
    ],
    garbage,
  )
}

const size = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`
