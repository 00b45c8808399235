import { defineCommand } from '../../command.ts'

/** `berth daemon start` */
export const startCommand = defineCommand({
  name: 'daemon.start',
  brief: 'Start berthd; every command does so by itself',
  async run(context, { on }) {
    const client = await context.client(on)
    // which, unlike the status, a daemon of another build does not answer: it makes way
    await client.call('daemon.vitals', {})
    const data = await client.call('daemon.status', {})
    return { data, text: `berthd ${data.version} runs, pid ${data.pid}` }
  },
})
