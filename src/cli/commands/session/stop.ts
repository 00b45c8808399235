import { defineCommand, projectFlag } from '../../command.ts'
import { envRef } from '../env/shared.ts'
import { sessionArguments } from './shared.ts'

/** `berth stop` */
export const stopCommand = defineCommand<{ project?: string }, [string, string?]>({
  name: 'session.stop',
  brief: 'End a session and every process it started; its transcript stays',
  flags: { project: projectFlag },
  arguments: sessionArguments,
  async run(context, flags, name, session) {
    const client = await context.client(flags.on)
    const data = await client.call('session.stop', { env: envRef(context, name, flags.project), session })
    return { data, text: `${data.session.name} of ${data.session.project}/${data.session.env} has ended` }
  },
})
