import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { type IdentityView, ownIdentity } from './identity.ts'
import { projectVault, type Recipient } from './model.ts'
import { type VaultDeps, writeVault } from './open-vault.ts'
import { emptyVault } from './vault-file.ts'

interface Request {
  directory: string
  /** Absolute path of the vault file; null: the project's usual one in the directory. */
  file: string | null
  /** Who else can read it. */
  recipients: readonly Recipient[]
  identity: string | null
}

/** Makes a project's vault, readable by the user and those named; makes the user's key when there is none. Throws VAULT_EXISTS. */
export async function initVault(
  deps: VaultDeps,
  request: Request,
): Promise<{ file: string; recipients: Recipient[]; identity: Omit<IdentityView, 'identity'> }> {
  const path = request.file ?? join(request.directory, projectVault)
  return deps.locks.run(`vault ${path}`, async () => {
    if (await deps.files.exists(path)) throw new AppError('VAULT_EXISTS', `there is a vault at ${path} already`)
    await checkRecipients(deps, request.recipients)
    const own = await ownIdentity(deps, request.identity, true)
    if (own === undefined) throw new AppError('VAULT_LOCKED', 'there is no key to read the vault with')
    const others = request.recipients.filter(({ key }) => key !== own.recipient)
    const recipients = [{ key: own.recipient, name: '' }, ...others]
    await writeVault(deps, { scope: { kind: 'file', path }, path, exists: false }, emptyVault(recipients))
    const { recipient, place, path: where, made } = own
    return { file: path, recipients, identity: { recipient, place, path: where, made } }
  })
}

/** Throws RECIPIENT_INVALID before a file names somebody nobody can encrypt for. */
export async function checkRecipients({ cipher }: VaultDeps, recipients: readonly Recipient[]): Promise<void> {
  for (const { key, name } of recipients) {
    await cipher.encrypt('', [key])
    if (/[\r\n]/.test(name)) throw new AppError('RECIPIENT_INVALID', `the name of ${key} goes over several lines`)
  }
}
