import { defineCommand } from '../../command.ts'
import { askDaemon } from './ask.ts'

/** `berth daemon stop` */
export const stopCommand = defineCommand({
  name: 'daemon.stop',
  brief: 'Stop berthd; what runs goes on running',
  async run(context, { on }) {
    const answer = await askDaemon(context, 'daemon.stop', {}, on)
    if (answer === undefined) return { data: { stopped: false, pid: null }, text: 'berthd is not running' }
    return { data: { stopped: true, pid: answer.pid }, text: `berthd (pid ${answer.pid}) stops` }
  },
})
