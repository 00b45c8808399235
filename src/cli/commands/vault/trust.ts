import { defineCommand, textFlag } from '../../command.ts'
import { recipientLines, type ViewFlags, viewFlags, viewOf } from './shared.ts'

/** `berth vault trust` */
export const trustCommand = defineCommand<ViewFlags & { fingerprint?: string }>({
  name: 'vault.trust',
  brief: 'Trust those who can read a vault now',
  details:
    'A vault is trusted when it is first used. When its header names others later, whoever wrote that line could read what you add: nothing is read or written until you say that it is right.',
  flags: {
    ...viewFlags,
    fingerprint: textFlag('what its owner told you; another one is refused', 'SHA256:…'),
  },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const fingerprint = flags.fingerprint ?? null
    const data = await client.call('vault.trust', { ...viewOf(context, flags), fingerprint })
    return { data, text: [`${data.file} ${data.fingerprint}`, ...recipientLines(data.recipients)].join('\n') }
  },
})
