import { choiceFlag, defineCommand } from '../../command.ts'
import { identityVariable } from '../vault/shared.ts'

/** `berth secret key` */
export const keyCommand = defineCommand<{ keepIn?: 'file' | 'keychain' }>({
  name: 'secret.key',
  brief: 'Your public key, for others to give you access with',
  details:
    'Made when you have none. The private key is in the variable BERTH_VAULT_IDENTITY, a file only you can read, or the keychain of your desktop, the first of these that is there.',
  flags: { keepIn: choiceFlag('move the private key there', ['file', 'keychain']) },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const identity = context.env[identityVariable] ?? null
    const data = await client.call('secret.key', { identity, keepIn: flags.keepIn ?? null })
    if (data.made) context.ui.note(`made just now in ${data.path}; keep a copy where this machine cannot lose it`)
    return { data, text: data.recipient }
  },
})
