import { defineCommand } from '../../command.ts'

/** `berth daemon start` */
export const startCommand = defineCommand({
  name: 'daemon.start',
  brief: 'Start berthd; every command does so by itself',
  async run(context) {
    const client = await context.client()
    const data = await client.call('daemon.status', {})
    return { data, text: `berthd ${data.version} runs, pid ${data.pid}` }
  },
})
