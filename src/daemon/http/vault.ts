import { nameOf } from '../../core/access/model.ts'
import type { NewEvent } from '../../core/events/model.ts'
import type { SecretFiles } from '../../core/ports.ts'
import { changeRecipients, listRecipients } from '../../core/vault/change-recipients.ts'
import { setSecrets, unsetSecrets } from '../../core/vault/change-secrets.ts'
import { checkVaults } from '../../core/vault/check-vaults.ts'
import { ownKey } from '../../core/vault/identity.ts'
import { importSecrets } from '../../core/vault/import-secrets.ts'
import { initVault } from '../../core/vault/init-vault.ts'
import type { VaultDeps } from '../../core/vault/open-vault.ts'
import { getSecret, listSecrets, resolveSecrets } from '../../core/vault/read-secrets.ts'
import { rotateIdentity } from '../../core/vault/rotate-identity.ts'
import { trustVault } from '../../core/vault/trust-vault.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { CallContext, Handlers } from './app.ts'

/** What the routes of vaults need. */
export type VaultParts = VaultDeps & { secretFiles: SecretFiles }

type HandlersOf<P extends string> = Pick<Handlers, Extract<keyof Handlers, `${P}.${string}`>>

/** Routes of vaults and secrets → use cases; what was done with them is told. */
export function vaultHandlers(deps: Pick<DaemonDeps, 'vault' | 'events'>): HandlersOf<'vault' | 'secret'> {
  return { ...ofVaults(deps.vault, teller(deps)), ...ofSecrets(deps.vault, teller(deps)) }
}

/** Tells what somebody did, in the context their request names. */
type Tell = (by: Asked, type: NewEvent['type'], subject: string, data?: Record<string, unknown>) => Promise<void>
type Asked = [request: { context?: string }, context: CallContext]

const teller =
  ({ events }: Pick<DaemonDeps, 'events'>): Tell =>
  ([{ context = 'default' }, { caller }], type, subject, data = {}) =>
    events.tell({ type, subject, data, context, actor: nameOf(caller) })

function ofVaults(vault: VaultParts, tell: Tell): HandlersOf<'vault'> {
  return {
    'vault.init': async (input, by) => {
      const made = await initVault(vault, input)
      await tell([{}, by], 'vault.made', made.file)
      return made
    },
    'vault.trust': async (input, by) => {
      const trusted = await trustVault(vault, input, input.fingerprint)
      await tell([input, by], 'vault.trusted', trusted.file, { fingerprint: trusted.fingerprint })
      return trusted
    },
    'vault.recipients': async (input, by) => {
      if (input.add.length + input.remove.length === 0) return listRecipients(vault, input)
      const readers = await changeRecipients(vault, input, input)
      const recipients = readers.recipients.map(({ key }) => key)
      await tell([input, by], 'vault.recipients-changed', readers.file, { recipients })
      return readers
    },
    'vault.rotate': async (input, by) => {
      const rotation = await rotateIdentity(vault, input, input.forgetOld)
      await tell([input, by], 'vault.key-rotated', rotation.after, { files: rotation.files })
      return rotation
    },
    'vault.check': async (input) => ({ vaults: await checkVaults(vault, input) }),
    'vault.open': async (input, by) => {
      const { secrets, firstUse } = await resolveSecrets(vault, input)
      await tell([input, by], 'secret.read', input.directory, { keys: null })
      return { values: Object.fromEntries(secrets.map(({ key, value }) => [key, value])), firstUse }
    },
  }
}

function ofSecrets(vault: VaultParts, tell: Tell): HandlersOf<'secret'> {
  return {
    'secret.set': async (input, by) => {
      const change = await setSecrets(vault, input, input.secrets)
      await tell([input, by], 'secret.set', change.file, { keys: change.changed })
      return change
    },
    'secret.import': async (input, by) => {
      const change = await importSecrets(vault, input, input.from, input.keys)
      await tell([input, by], 'secret.set', change.file, { keys: change.changed })
      return change
    },
    'secret.get': async (input, by) => {
      const found = await getSecret(vault, input, input.key)
      await tell([input, by], 'secret.read', found.file, { keys: [input.key] })
      return found
    },
    'secret.unset': async (input, by) => {
      const change = await unsetSecrets(vault, input, input.keys)
      await tell([input, by], 'secret.unset', change.file, { keys: change.changed })
      return change
    },
    'secret.list': (input) => listSecrets(vault, input),
    'secret.key': (input) => ownKey(vault, input.identity, input.keepIn),
  }
}
