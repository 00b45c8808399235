import type { Output } from '../../../contract/routes.ts'
import { defineCommand, switchFlag, textFlag } from '../../command.ts'
import { namedMachines } from '../../machines-named.ts'
import { runWithProgress } from '../env/shared.ts'
import { describeApp, ofContext, whoAsks } from './shared.ts'

/** `berth rollback` */
export const rollbackCommand = defineCommand<{ to?: string; breakLock: boolean; wait: boolean }, [string]>({
  name: 'deploy.rollback',
  brief: 'Bring an earlier release into production again',
  examples: [
    ['berth rollback shop', 'the one before'],
    ['berth rollback shop --to 3', 'release 3'],
  ],
  flags: {
    to: textFlag('which release', 'number|id'),
    breakLock: switchFlag('take over from somebody whose deploy is known to be dead'),
    wait: switchFlag('end only once it was watched for its time'),
  },
  arguments: [{ name: 'app', brief: 'its name' }],
  async run(context, flags, app) {
    const request = {
      app,
      ...(flags.to === undefined ? {} : { to: flags.to }),
      by: whoAsks(),
      breakLock: flags.breakLock,
      wait: flags.wait,
      ...ofContext(flags),
    }
    const machines = await namedMachines(context, flags)
    const [only = 'local'] = machines
    if (machines.length === 1) {
      const data = await runWithProgress(context, { ...flags, on: only }, 'deploy.rollback', `rollback ${app}`, request)
      return { data, text: describeApp(data.app, context.ui) }
    }
    const done: (Output<'deploy.rollback'> & { machine: string })[] = []
    for (const machine of machines) {
      const title = `rollback ${app} on ${machine}`
      done.push({
        machine,
        ...(await runWithProgress(context, { ...flags, on: machine }, 'deploy.rollback', title, request)),
      })
    }
    const text = done.map(({ machine, app: view }) => `on ${machine}: ${describeApp(view, context.ui)}`)
    return { data: { machines: done }, text: text.join('\n\n') }
  },
})
