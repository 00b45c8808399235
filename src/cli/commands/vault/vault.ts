import type { Group } from '../../command.ts'
import { checkCommand } from './check.ts'
import { initCommand } from './init.ts'
import { recipientsCommand } from './recipients.ts'
import { rotateCommand } from './rotate.ts'
import { runCommand } from './run.ts'
import { trustCommand } from './trust.ts'

/** `berth vault` */
export const vaultGroup: Group = {
  brief: 'Encrypted files of secrets: who reads them, and programs that need them',
  commands: {
    init: initCommand,
    run: runCommand,
    recipients: recipientsCommand,
    trust: trustCommand,
    rotate: rotateCommand,
    check: checkCommand,
  },
}
