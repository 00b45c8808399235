import type { Group } from '../../command.ts'
import { createCommand } from './create.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { listCommand } from './ls.ts'
import { removeCommand } from './rm.ts'
import { showCommand } from './show.ts'
import { useCommand } from './use.ts'

/** `berth context …` */
export const contextGroup: Group = {
  brief: 'Machines, apps, secrets and events kept apart, for each customer or project',
  commands: {
    create: createCommand,
    ls: listCommand,
    use: useCommand,
    show: showCommand,
    rm: removeCommand,
    export: exportCommand,
    import: importCommand,
  },
}
