import { defineCommand } from '../../command.ts'
import { failure } from '../../failure.ts'
import type { CiStage } from '../../ui/ci.ts'
import { drained } from '../../ui/drained.ts'
import { followRun } from './follow.ts'

/** `berth ci logs` */
export const logsCommand = defineCommand<object, [string, string?]>({
  name: 'ci.logs',
  brief: 'What the stages of a run wrote, to its end',
  details: 'Of a run under way: what they wrote until now, and then as they write it.',
  examples: [['berth ci logs k3x9ab test', 'of one stage']],
  arguments: [
    { name: 'run', brief: 'its id; berth ci runs shows them' },
    { name: 'stage', brief: 'only this stage', optional: true },
  ],
  async run(context, { json, on }, id, wanted) {
    const client = await context.client(on)
    const { stdout } = context.process
    const stages: { stage: string; text: string }[] = []
    let chunks: Buffer[] = []
    let shown = false
    const run = await followRun(client, id, {
      begin({ name, state }: CiStage) {
        shown = wanted === undefined ? state !== 'skipped' : wanted === name
        if (shown && !json && wanted === undefined) context.ui.print(`::group::${name}\n`)
      },
      async output(bytes) {
        if (shown && json) chunks.push(bytes)
        else if (shown && !stdout.write(bytes)) await drained(stdout)
      },
      end({ name }) {
        if (shown && json) stages.push({ stage: name, text: Buffer.concat(chunks).toString() })
        else if (shown && wanted === undefined) context.ui.print('::endgroup::\n')
        chunks = []
      },
      note: (text) => context.ui.note(text),
    })
    if (wanted !== undefined && !run.stages.some(({ name }) => name === wanted))
      throw failure(
        'CI_STAGE_UNKNOWN',
        `run ${id} has no stage ${wanted}`,
        `it has ${run.stages.map(({ name }) => name).join(', ')}`,
      )
    return { data: { stages } }
  },
})
