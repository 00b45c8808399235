import type { Group } from '../../command.ts'
import { logsCommand } from './logs.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { stopCommand } from './stop.ts'

/** `berth daemon` */
export const daemonGroup: Group = {
  brief: 'berthd, the program behind every command',
  commands: { start: startCommand, stop: stopCommand, status: statusCommand, logs: logsCommand },
}
