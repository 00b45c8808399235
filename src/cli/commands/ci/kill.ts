import { defineCommand } from '../../command.ts'
import { summaryLine } from '../../ui/ci.ts'

/** `berth ci kill` */
export const killCommand = defineCommand<object, [string]>({
  name: 'ci.kill',
  brief: 'End a run and everything its stages started',
  examples: [['berth ci kill k3x9ab', 'the run of this id']],
  arguments: [{ name: 'run', brief: 'its id; berth ci runs shows them' }],
  async run(context, { on }, run) {
    const client = await context.client(on)
    const data = await client.call('ci.kill', { run })
    return { data, text: `ended ${run}: ${summaryLine(data.run)}` }
  },
})
