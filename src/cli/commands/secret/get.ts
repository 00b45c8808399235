import { isatty } from 'node:tty'
import { defineCommand, switchFlag } from '../../command.ts'
import { failure } from '../../failure.ts'
import { type ViewFlags, viewFlags, viewOf } from '../vault/shared.ts'

/** `berth secret get` */
export const getCommand = defineCommand<ViewFlags & { reveal: boolean }, [string]>({
  name: 'secret.get',
  brief: 'Print a secret into a pipe; on a terminal with --reveal alone',
  examples: [['berth secret get DATABASE_URL | pbcopy', 'to where it is needed']],
  flags: { ...viewFlags, reveal: switchFlag('show it on the terminal') },
  arguments: [{ name: 'name', brief: 'name of the secret' }],
  async run(context, flags, key) {
    if (isatty(1) && !flags.reveal) throw failure('SECRET_EXPOSED', `${key} would be shown on the terminal`)
    const client = await context.client(flags.on)
    const data = await client.call('secret.get', { ...viewOf(context, flags), key })
    return { data, text: data.value }
  },
})
