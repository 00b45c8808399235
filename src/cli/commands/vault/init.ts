import { resolve } from 'node:path'
import { defineCommand, listFlag, textFlag } from '../../command.ts'
import { identityVariable, recipientLines, recipientsIn } from './shared.ts'

interface Flags {
  file?: string
  recipient?: readonly string[]
}

/** `berth vault init` */
export const initCommand = defineCommand<Flags>({
  name: 'vault.init',
  brief: "Make this project's vault, a dotenv file whose values are encrypted",
  details:
    'The file is to be committed: names can be read in it, values only by those its header names. You get a key of your own when you have none.',
  examples: [
    ['berth vault init', 'berth.vault, for you alone'],
    ['berth vault init --recipient ci=age1…', 'and for the key of your CI'],
  ],
  flags: {
    file: textFlag('another name than berth.vault', 'path', 'file'),
    recipient: listFlag('somebody else who can read it', '[name=]age1…'),
  },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const data = await client.call('vault.init', {
      directory: context.directory,
      file: flags.file === undefined ? null : resolve(context.directory, flags.file),
      recipients: recipientsIn(flags.recipient),
      identity: context.env[identityVariable] ?? null,
    })
    const { file, recipients, identity } = data
    if (identity.made) context.ui.note(`your key is in ${identity.path}; keep a copy where this machine cannot lose it`)
    return { data, text: [`${file}: to be read by`, ...recipientLines(recipients)].join('\n') }
  },
})
