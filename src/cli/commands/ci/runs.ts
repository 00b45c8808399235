import { defineCommand, quietFlag, switchFlag } from '../../command.ts'
import { type CiRun, showDuration } from '../../ui/ci.ts'
import { localTime } from '../../ui/local-time.ts'
import type { Ui } from '../../ui/ui.ts'

/** `berth ci runs` */
export const runsCommand = defineCommand<{ all: boolean; quiet: boolean }>({
  name: 'ci.runs',
  brief: 'Runs of this repository, the newest first',
  details: 'With --on: those of the envs of that machine.',
  examples: [['berth ci runs --all', 'of every repository']],
  flags: { all: switchFlag('of every repository'), quiet: quietFlag },
  async run(context, { all, quiet, on }) {
    const client = await context.client(on)
    const data = await client.call('ci.runs', all || on !== undefined ? {} : { directory: context.directory })
    return { data, text: quiet ? data.runs.map(({ id }) => id).join('\n') : runsText(data.runs, context.ui) }
  },
})

function runsText(runs: readonly CiRun[], { table }: Pick<Ui, 'table'>): string {
  if (runs.length === 0) return 'no runs yet: berth ci makes one'
  return table<CiRun>(
    [
      { title: 'RUN', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'STAGES', value: stagesText },
      { title: 'ON', value: ({ machine }) => machine },
      { title: 'STARTED', value: ({ startedAt }) => localTime(startedAt) },
      {
        title: 'TOOK',
        value: ({ startedAt, endedAt }) => (endedAt ? showDuration(Date.parse(endedAt) - Date.parse(startedAt)) : '-'),
      },
    ],
    runs,
  )
}

function stagesText({ stages }: CiRun): string {
  const failed = stages.filter(({ state }) => state === 'failed' || state === 'timed-out').map(({ name }) => name)
  const passed = stages.filter(({ state }) => state === 'passed' || state === 'cached').length
  return `${passed}/${stages.length}${failed.length === 0 ? '' : `, failed: ${failed.join(', ')}`}`
}
