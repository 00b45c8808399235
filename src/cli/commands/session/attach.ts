import { defineCommand, projectFlag } from '../../command.ts'
import { failure } from '../../failure.ts'
import { envRef } from '../env/shared.ts'
import { joinSession } from './join.ts'
import { sessionArguments } from './shared.ts'

/** `berth attach` */
export const attachCommand = defineCommand<{ project?: string }, [string, string?]>({
  name: 'session.attach',
  brief: 'Join a session on this terminal; detach with Ctrl-b d',
  flags: { project: projectFlag },
  arguments: sessionArguments,
  async run(context, flags, name, session) {
    const client = await context.client(flags.on)
    const ref = { env: envRef(context, name, flags.project), session }
    if (flags.json) return { data: await client.call('session.attach', ref) }
    if (!context.process.stdin.isTTY || !context.process.stdout.isTTY)
      throw failure(
        'SESSION_FAILED',
        'a session can only be joined on a terminal',
        `berth transcript ${name} shows what it prints`,
      )
    const joined = await joinSession(context, client, ref)
    return { data: joined, exitCode: joined.exitCode }
  },
})
