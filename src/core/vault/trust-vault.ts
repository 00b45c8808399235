import { AppError } from '../errors.ts'
import { layerToChange } from './layers.ts'
import type { Recipient, TrustState, VaultView } from './model.ts'
import { noteTrust, readVault, type VaultDeps } from './open-vault.ts'
import { fingerprintOf } from './trust.ts'
import { recipientsOf } from './vault-file.ts'

/** Trusts the recipients a vault has now. `fingerprint` is the one the caller expects; another one is refused. */
export async function trustVault(
  deps: VaultDeps,
  view: VaultView,
  fingerprint: string | null,
): Promise<{ file: string; fingerprint: string; recipients: Recipient[]; before: TrustState }> {
  const vault = await readVault(deps, await layerToChange(deps, view))
  const recipients = recipientsOf(vault.document)
  const found = fingerprintOf(recipients)
  const file = vault.layer.path
  if (fingerprint !== null && fingerprint !== found)
    throw new AppError('VAULT_UNTRUSTED', `the fingerprint of ${file} is ${found}, not ${fingerprint}`, {
      hint: 'ask whoever gave you the fingerprint; berth vault recipients shows who can read the vault',
    })
  await noteTrust(deps, vault)
  return { file, fingerprint: found, recipients, before: vault.trust }
}
