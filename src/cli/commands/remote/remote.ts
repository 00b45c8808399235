import type { Group } from '../../command.ts'
import { addCommand } from './add.ts'
import { listCommand } from './ls.ts'
import { receiveCommand } from './receive.ts'
import { removeCommand } from './rm.ts'

/** `berth app remote …` */
export const remoteGroup: Group = {
  brief: 'Deploys by git push',
  commands: { add: addCommand, ls: listCommand, rm: removeCommand, receive: receiveCommand },
}
