import { defineCommand, switchFlag } from '../../command.ts'
import { type ViewFlags, viewFlags, viewOf } from './shared.ts'

/** `berth vault rotate` */
export const rotateCommand = defineCommand<ViewFlags & { forgetOld: boolean }>({
  name: 'vault.rotate',
  brief: 'Get a new key, and encrypt your vaults for it',
  details:
    'Encrypts the vault of this project and all of yours outside of projects anew. The old key stays behind the new one, so that vaults of other projects still open; --forget-old removes it, where none needs it any more. What somebody read with the old key stays read: change the secrets themselves too.',
  flags: { ...viewFlags, forgetOld: switchFlag('remove the old key') },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const data = await client.call('vault.rotate', { ...viewOf(context, flags), forgetOld: flags.forgetOld })
    const lines = [`your key is now ${data.after}`, ...data.files.map((file) => `  encrypted anew: ${file}`)]
    return { data, text: lines.join('\n') }
  },
})
