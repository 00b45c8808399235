import { defineCommand, numberFlag, projectFlag, switchFlag } from '../../command.ts'
import { envRef } from '../env/shared.ts'
import { sessionArguments } from './shared.ts'

interface Flags {
  project?: string
  raw: boolean
  tail?: number
  follow: boolean
}

/** `berth transcript` */
export const transcriptCommand = defineCommand<Flags, [string, string?]>({
  name: 'session.transcript',
  brief: 'What a session printed, whole',
  flags: {
    project: projectFlag,
    raw: switchFlag("the terminal's own bytes, escape sequences and all"),
    tail: numberFlag('only the last lines', 'lines', 'n'),
    follow: switchFlag('go on until the session ends', 'f'),
  },
  arguments: sessionArguments,
  async run(context, flags, name, session) {
    const client = await context.client(flags.on)
    const { raw, tail, follow } = flags
    const env = envRef(context, name, flags.project)
    const answer = await client.open('session.transcript', { env, session, plain: !raw, tail, follow }, context.signal)
    if (flags.json) return { data: { text: Buffer.concat(await Array.fromAsync<Buffer>(answer)).toString('utf8') } }
    const { pipeline } = await import('node:stream/promises')
    await pipeline(answer, context.process.stdout, { end: false })
    return { data: {} }
  },
})
