import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { encryptFor } from './change-recipients.ts'
import { type IdentityView, ownIdentity } from './identity.ts'
import { contextVaults, layersOf, type VaultLayer } from './layers.ts'
import type { Identity, VaultView } from './model.ts'
import { readTrust, readVault, useVault, type VaultDeps, writeVault } from './open-vault.ts'
import { parseVault, recipientsOf } from './vault-file.ts'

/** What a rotation did. */
export interface Rotation {
  before: string
  after: string
  /** Vaults that are encrypted for the new key now, absolute paths. */
  files: string[]
  /** Whether the old key still opens what was not rotated: it stays behind the new one until it is forgotten. */
  oldKept: boolean
}

/**
 * Gives the user a new key, and encrypts for it instead of the old one: the vault of the project in view and every one in
 * the state directory. The new key is kept before the first vault changes, the old one beside it: whatever interrupts,
 * every vault opens with one of them.
 */
export async function rotateIdentity(deps: VaultDeps, view: VaultView, forgetOld: boolean): Promise<Rotation> {
  const { identity, place, recipient: before } = await keyToRotate(deps, view)
  const layers = await vaultsToRotate(deps, view)
  for (const layer of layers) await useVault(deps, layer) // refuse before anything changes
  if (forgetOld) await refuseOthers(deps, before, layers)
  const key = await deps.cipher.newKey()
  const after = await deps.cipher.recipientOf(key)
  deps.remember([key])
  const keys = [key, ...identity.keys]
  await deps.identities.write(keys, place)
  const files: string[] = []
  for (const layer of layers) if (await encryptAnew(deps, layer, { before, after }, keys)) files.push(layer.path)
  if (forgetOld) await deps.identities.write([key], place)
  return { before, after, files, oldKept: !forgetOld }
}

async function keyToRotate(
  deps: VaultDeps,
  view: VaultView,
): Promise<IdentityView & { identity: Identity; place: 'file' | 'keychain' }> {
  const own = await ownIdentity(deps, view.identity, false)
  if (own === undefined)
    throw new AppError('VAULT_LOCKED', 'there is no key to rotate', { hint: 'berth vault init makes one' })
  const { place } = own
  if (place === 'environment')
    throw new AppError('VAULT_LOCKED', 'the key comes from the environment; Berth cannot replace it there', {
      hint: 'add the new key with berth vault recipients --add, then --remove the old one',
    })
  return { ...own, place }
}

async function vaultsToRotate(deps: VaultDeps, view: VaultView): Promise<VaultLayer[]> {
  const inView = (await layersOf(deps, view)).filter(({ exists }) => exists)
  const contexts = await deps.files.list(join(deps.paths.home, 'contexts'))
  const kept = (await Promise.all(contexts.map((context) => contextVaults(deps, context)))).flat()
  return [...new Map([...inView, ...kept].map((layer) => [layer.path, layer])).values()]
}

/** Vaults of other projects on this machine that the old key opens: without it they would be lost to the user. */
async function refuseOthers(deps: VaultDeps, before: string, layers: readonly VaultLayer[]): Promise<void> {
  const known = (await readTrust(deps)).map(({ repository, file }) => join(repository, file))
  const others: string[] = []
  for (const path of known.filter((one) => !layers.some((layer) => layer.path === one))) {
    const text = await deps.files.readText(path)
    if (text !== undefined && recipientsOf(parseVault(text, path)).some(({ key }) => key === before)) others.push(path)
  }
  if (others.length > 0)
    throw new AppError('VAULT_LOCKED', `the old key is still needed for ${others.join(', ')}`, {
      hint: 'berth vault rotate without --forget-old; then in those projects too',
      details: { files: others },
    })
}

async function encryptAnew(
  deps: VaultDeps,
  layer: VaultLayer,
  { before, after }: { before: string; after: string },
  keys: readonly string[],
): Promise<boolean> {
  return deps.locks.run(`vault ${layer.path}`, async () => {
    const vault = await readVault(deps, layer)
    const recipients = recipientsOf(vault.document)
    if (!recipients.some(({ key }) => key === before)) return false
    const next = recipients.map((one) => (one.key === before ? { ...one, key: after } : one))
    await writeVault(deps, layer, await encryptFor(deps, vault, next, { identity: keys.join(' ') }))
    return true
  })
}
