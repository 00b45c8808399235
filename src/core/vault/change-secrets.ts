import { AppError } from '../errors.ts'
import { ownIdentity } from './identity.ts'
import { layerToChange, type VaultLayer } from './layers.ts'
import type { SecretView, VaultView } from './model.ts'
import {
  decryptValue,
  encryptValue,
  findIdentity,
  type OpenedVault,
  useVault,
  type VaultDeps,
  writeVault,
} from './open-vault.ts'
import { emptyVault, keyPattern, rawValues, recipientsOf, withValues } from './vault-file.ts'

/** What a change did. */
export interface SecretChange {
  file: string
  scope: SecretView['scope']
  /** Keys that are new, or have another value now. */
  changed: string[]
  /** Whether the recipients of the file were seen for the first time. */
  firstUse: boolean
}

/** Longest value kept: larger things are files, not variables. */
const longest = 128 * 1024

/** Sets secrets in the vault a view means; the context's, an app's or a machine's is made when there is none. */
export async function setSecrets(
  deps: VaultDeps,
  view: VaultView,
  values: Readonly<Record<string, string>>,
): Promise<SecretChange> {
  deps.remember(Object.values(values))
  for (const [key, value] of Object.entries(values)) checkSecret(key, value)
  const layer = await layerToChange(deps, view)
  return deps.locks.run(`vault ${layer.path}`, async () => {
    const vault = await openOrMake(deps, layer, view)
    const before = await currentValues(deps, vault, view)
    const changed = Object.keys(values).filter((key) => before.get(key) !== values[key])
    const recipients = recipientsOf(vault.document).map(({ key }) => key)
    const raw = new Map<string, string>()
    for (const key of changed) raw.set(key, await encryptValue(deps, values[key] ?? '', recipients))
    if (changed.length > 0) await writeVault(deps, layer, withValues(vault.document, raw))
    return { file: layer.path, scope: layer.scope.kind, changed, firstUse: vault.trust === 'first-use' }
  })
}

/** Takes secrets out of the vault a view means. Throws SECRET_NOT_FOUND, and then has changed nothing. */
export async function unsetSecrets(deps: VaultDeps, view: VaultView, keys: readonly string[]): Promise<SecretChange> {
  const layer = await layerToChange(deps, view)
  return deps.locks.run(`vault ${layer.path}`, async () => {
    const vault = await useVault(deps, layer)
    const known = rawValues(vault.document)
    const missing = keys.filter((key) => !known.has(key))
    if (missing.length > 0) throw new AppError('SECRET_NOT_FOUND', `${missing.join(', ')} is not in ${layer.path}`)
    await writeVault(deps, layer, withValues(vault.document, new Map(keys.map((key) => [key, null]))))
    return { file: layer.path, scope: layer.scope.kind, changed: [...keys], firstUse: vault.trust === 'first-use' }
  })
}

function checkSecret(key: string, value: string): void {
  if (!keyPattern.test(key))
    throw new AppError('SECRET_INVALID', `${JSON.stringify(key)} cannot be the name of a secret`)
  if (value.includes('\0')) throw new AppError('SECRET_INVALID', `the value of ${key} holds a NUL byte`)
  if (Buffer.byteLength(value) > longest)
    throw new AppError('SECRET_INVALID', `the value of ${key} is larger than ${longest / 1024} KB`)
}

/** A project's vault is made by `vault init` alone: a file in somebody's repository does not appear by the way. */
async function openOrMake(deps: VaultDeps, layer: VaultLayer, view: VaultView): Promise<OpenedVault> {
  if (layer.exists || layer.scope.kind === 'file') return useVault(deps, layer)
  const own = await ownIdentity(deps, view.identity, true)
  return { layer, document: emptyVault([{ key: own?.recipient ?? '', name: '' }]), trust: 'own' }
}

/** The values there are, as far as we can read them: one that stays the same stays the same line of the file. */
async function currentValues(deps: VaultDeps, vault: OpenedVault, view: VaultView): Promise<Map<string, string>> {
  const identity = await findIdentity(deps, view.identity)
  const values = new Map<string, string>()
  if (identity === undefined) return values
  for (const [key, raw] of rawValues(vault.document)) {
    if (!raw.startsWith('encrypted:')) continue // plain: it is to be encrypted, whatever it says
    const place = { key, raw, path: vault.layer.path }
    const text = await decryptValue(deps, place, identity).catch(() => undefined)
    if (text !== undefined) values.set(key, text)
  }
  return values
}
