import { defineCommand } from '../../command.ts'
import { askDaemon } from './ask.ts'

/** `berth daemon status` */
export const statusCommand = defineCommand({
  name: 'daemon.status',
  brief: 'Version, process and load of berthd; starts nothing',
  async run(context, { on }) {
    const answer = await askDaemon(context, 'daemon.status', {}, on)
    if (answer === undefined)
      return { data: { running: false }, text: 'berthd is not running; the next command starts it' }
    const memory = `${Math.round(answer.memoryBytes / 1024 / 1024)} MB`
    return {
      data: { running: true, ...answer },
      text: `berthd ${answer.version}, pid ${answer.pid}, ${memory}, ${answer.operations} operations under way`,
    }
  },
})
