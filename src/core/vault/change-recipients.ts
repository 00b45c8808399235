import { AppError } from '../errors.ts'
import { looksEncrypted } from './encrypted-value.ts'
import { checkRecipients } from './init-vault.ts'
import { layerToChange } from './layers.ts'
import type { Recipient, TrustState, VaultView } from './model.ts'
import {
  decryptValue,
  encryptValue,
  findIdentity,
  type OpenedVault,
  readVault,
  useVault,
  type VaultDeps,
  writeVault,
} from './open-vault.ts'
import { fingerprintOf } from './trust.ts'
import { rawValues, recipientsOf, type VaultDocument, withRecipients, withValues } from './vault-file.ts'

interface Change {
  add: readonly Recipient[]
  /** Public keys, or names of them in the file. */
  remove: readonly string[]
}

/** Who can read a vault. */
export interface Readers {
  file: string
  fingerprint: string
  trust: TrustState
  recipients: Recipient[]
}

/** Who can read the vault a view means, trusted or not. */
export async function listRecipients(deps: VaultDeps, view: VaultView): Promise<Readers> {
  const { layer, document, trust } = await readVault(deps, await layerToChange(deps, view))
  const recipients = recipientsOf(document)
  return { file: layer.path, fingerprint: fingerprintOf(recipients), trust, recipients }
}

/** Adds and removes who can read the vault a view means: every value is encrypted anew, for exactly those. */
export async function changeRecipients(deps: VaultDeps, view: VaultView, { add, remove }: Change): Promise<Readers> {
  await checkRecipients(deps, add)
  const layer = await layerToChange(deps, view)
  return deps.locks.run(`vault ${layer.path}`, async () => {
    const vault = await useVault(deps, layer)
    const kept = without(recipientsOf(vault.document), remove)
    const recipients = [...kept.filter(({ key }) => !add.some((one) => one.key === key)), ...add]
    if (recipients.length === 0) throw new AppError('RECIPIENT_INVALID', 'nobody could read the vault any more')
    await writeVault(deps, layer, await encryptFor(deps, vault, recipients, view))
    const trust = layer.scope.kind === 'file' ? 'trusted' : 'own'
    return { file: layer.path, fingerprint: fingerprintOf(recipients), trust, recipients }
  })
}

function without(recipients: readonly Recipient[], remove: readonly string[]): Recipient[] {
  const matches = ({ key, name }: Recipient, wanted: string) => key === wanted || (name !== '' && name === wanted)
  const unknown = remove.filter((wanted) => !recipients.some((recipient) => matches(recipient, wanted)))
  if (unknown.length > 0)
    throw new AppError('RECIPIENT_INVALID', `${unknown.join(', ')} cannot read the vault`, {
      hint: 'berth vault recipients shows who can',
    })
  return recipients.filter((recipient) => !remove.some((wanted) => matches(recipient, wanted)))
}

/** The vault with every encrypted value made anew for these recipients. Throws VAULT_LOCKED when we cannot read one. */
export async function encryptFor(
  deps: VaultDeps,
  { document, layer }: Pick<OpenedVault, 'document' | 'layer'>,
  recipients: readonly Recipient[],
  view: Pick<VaultView, 'identity'>,
): Promise<VaultDocument> {
  const identity = await findIdentity(deps, view.identity)
  const keys = recipients.map(({ key }) => key)
  const values = new Map<string, string>()
  for (const [key, raw] of rawValues(document))
    if (looksEncrypted(raw)) {
      const text = await decryptValue(deps, { key, raw, path: layer.path }, identity)
      values.set(key, await encryptValue(deps, text, keys))
    }
  return withRecipients(withValues(document, values), recipients)
}
