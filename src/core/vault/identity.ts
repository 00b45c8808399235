import { AppError } from '../errors.ts'
import type { Identity } from './model.ts'
import { findIdentity, type VaultDeps } from './open-vault.ts'

/** Whose key it is and where it lies, as people may see it. */
export interface IdentityView {
  recipient: string
  place: Identity['place']
  path: string | null
  /** Whether it was made just now. */
  made: boolean
}

/** The user's key; made where there is none and `make` says so. Undefined without one. */
export async function ownIdentity(
  deps: VaultDeps,
  given: string | null,
  make: boolean,
): Promise<(IdentityView & { identity: Identity }) | undefined> {
  return deps.locks.run('vault identity', async () => {
    const found = await findIdentity(deps, given)
    if (found === undefined && !make) return undefined
    const identity = found ?? (await deps.identities.write([await deps.cipher.newKey()], 'file'))
    deps.remember(identity.keys)
    const recipient = await deps.cipher.recipientOf(identity.keys[0] ?? '')
    return { recipient, place: identity.place, path: identity.path, made: found === undefined, identity }
  })
}

/** The user's public key, made where there is none; with `keepIn` the private one moves there. */
export async function ownKey(
  deps: VaultDeps,
  given: string | null,
  keepIn: 'file' | 'keychain' | null,
): Promise<IdentityView> {
  const own = await ownIdentity(deps, given, true)
  if (own === undefined) throw new AppError('VAULT_LOCKED', 'there is no key')
  const { recipient, made, identity } = own
  if (keepIn === null || keepIn === own.place) return { recipient, place: own.place, path: own.path, made }
  if (own.place === 'environment')
    throw new AppError('IDENTITY_INVALID', 'the key comes from the environment, and stays there', {
      hint: 'unset BERTH_VAULT_IDENTITY first',
    })
  const { place, path } = await deps.identities.write(identity.keys, keepIn)
  return { recipient, place, path, made }
}
