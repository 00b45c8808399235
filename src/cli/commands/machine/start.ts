import { defineCommand } from '../../command.ts'
import { runWithProgress } from '../env/shared.ts'
import { providerToken } from './provider-token.ts'
import { machineArgument } from './shared.ts'

/** `berth machine start` */
export const machineStartCommand = defineCommand<object, [string]>({
  name: 'machine.start',
  brief: 'Start a rented machine that was stopped',
  details: 'What was up there comes up again, and the connection by itself.',
  arguments: [machineArgument],
  async run(context, flags, name) {
    const input = { name, ...providerToken(context) }
    const data = await runWithProgress(context, { ...flags, on: 'local' }, 'machine.start', `start ${name}`, input)
    return { data, text: `${name} is starting; it is connected again in a minute` }
  },
})
