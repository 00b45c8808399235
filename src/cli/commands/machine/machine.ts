import type { Group } from '../../command.ts'
import { machineBootstrapCommand } from './bootstrap.ts'
import { machineCheckCommand } from './check.ts'
import { machineCreateCommand } from './create.ts'
import { machineDestroyCommand } from './destroy.ts'
import { machineLabelCommand } from './label.ts'
import { machineStartCommand } from './start.ts'

/** `berth machine` */
export const machineGroup: Group = {
  brief: 'Rent machines, look at and prepare them',
  commands: {
    create: machineCreateCommand,
    start: machineStartCommand,
    destroy: machineDestroyCommand,
    check: machineCheckCommand,
    label: machineLabelCommand,
    bootstrap: machineBootstrapCommand,
  },
}
