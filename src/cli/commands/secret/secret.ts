import type { Group } from '../../command.ts'
import { getCommand } from './get.ts'
import { keyCommand } from './key.ts'
import { lsCommand } from './ls.ts'
import { setCommand } from './set.ts'
import { unsetCommand } from './unset.ts'

/** `berth secret` */
export const secretGroup: Group = {
  brief: 'Single secrets, by scope: context, project, app, machine',
  commands: { set: setCommand, get: getCommand, unset: unsetCommand, ls: lsCommand, key: keyCommand },
}
