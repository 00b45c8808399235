import type { Group } from '../../command.ts'
import { listCommand } from './ls.ts'
import { mapCommand } from './map.ts'
import { removeCommand } from './rm.ts'
import { testCommand } from './test.ts'

/** `berth webhook …` */
export const webhookGroup: Group = {
  brief: 'Deploys that a push asks for',
  commands: { map: mapCommand, ls: listCommand, test: testCommand, rm: removeCommand },
}
