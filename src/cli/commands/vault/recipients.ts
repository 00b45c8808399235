import { defineCommand, listFlag } from '../../command.ts'
import { recipientLines, recipientsIn, type ViewFlags, viewFlags, viewOf } from './shared.ts'

interface Flags extends ViewFlags {
  add?: readonly string[]
  remove?: readonly string[]
}

const standing = { own: '', 'first-use': ', not used yet', trusted: '', changed: ', changed since it was last used' }

/** `berth vault recipients` */
export const recipientsCommand = defineCommand<Flags>({
  name: 'vault.recipients',
  brief: 'Who can read a vault; add and remove them',
  details:
    'Every value is encrypted anew for exactly those. Whoever is removed may have kept what they read: change the secrets themselves too.',
  examples: [
    ['berth vault recipients', 'who can read it'],
    ['berth vault recipients --add ada=age1…', 'give Ada access'],
    ['berth vault recipients --remove ada', 'and take it away'],
  ],
  flags: {
    ...viewFlags,
    add: listFlag('somebody who can read it from now on', '[name=]age1…'),
    remove: listFlag('a public key, or the name it has here', 'name|age1…'),
  },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const change = { add: recipientsIn(flags.add), remove: [...(flags.remove ?? [])] }
    const data = await client.call('vault.recipients', { ...viewOf(context, flags), ...change })
    const head = `${data.file} ${data.fingerprint}${standing[data.trust]}`
    return { data, text: [head, ...recipientLines(data.recipients)].join('\n') }
  },
})
