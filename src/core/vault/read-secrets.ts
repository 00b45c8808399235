import { AppError } from '../errors.ts'
import { looksEncrypted } from './encrypted-value.ts'
import { layersOf } from './layers.ts'
import type { ResolvedSecret, SecretView, VaultView } from './model.ts'
import { decryptValue, findIdentity, type OpenedVault, readVault, useVault, type VaultDeps } from './open-vault.ts'
import { rawValues } from './vault-file.ts'

/** Names of the secrets a view sees, where each comes from, and which vaults were looked at. Needs no key. */
export async function listSecrets(
  deps: VaultDeps,
  view: VaultView,
): Promise<{ secrets: (SecretView & { overrides: SecretView['scope'][] })[]; files: string[] }> {
  const vaults = await openAll(deps, view, readVault)
  const found = new Map<string, SecretView & { overrides: SecretView['scope'][] }>()
  for (const vault of vaults)
    for (const [key, raw] of rawValues(vault.document)) {
      const before = found.get(key)
      const overrides = before === undefined ? [] : [...before.overrides, before.scope]
      found.set(key, { ...describe(vault, key, raw), overrides })
    }
  const secrets = [...found.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
  return { secrets, files: vaults.map(({ layer }) => layer.path) }
}

/** The secrets a view sees with their values; of several of one name the narrowest scope's. Throws VAULT_LOCKED, VAULT_UNTRUSTED. */
export async function resolveSecrets(
  deps: VaultDeps,
  view: VaultView,
  only?: readonly string[],
): Promise<{ secrets: ResolvedSecret[]; firstUse: string[] }> {
  const vaults = await openAll(deps, view, useVault)
  const identity = await findIdentity(deps, view.identity)
  if (identity) deps.remember(identity.keys)
  const last = new Map<string, { vault: OpenedVault; raw: string }>()
  for (const vault of vaults) for (const [key, raw] of rawValues(vault.document)) last.set(key, { vault, raw })
  const wanted = [...last].filter(([key]) => only === undefined || only.includes(key))
  const secrets: ResolvedSecret[] = []
  for (const [key, { vault, raw }] of wanted) {
    const value = await decryptValue(deps, { key, raw, path: vault.layer.path }, identity)
    secrets.push({ ...describe(vault, key, raw), value })
  }
  deps.remember(secrets.filter(({ encrypted }) => encrypted).map(({ value }) => value))
  return { secrets, firstUse: vaults.filter(({ trust }) => trust === 'first-use').map(({ layer }) => layer.path) }
}

/** One secret a view sees. Throws SECRET_NOT_FOUND. */
export async function getSecret(deps: VaultDeps, view: VaultView, key: string): Promise<ResolvedSecret> {
  const { secrets } = await resolveSecrets(deps, view, [key])
  const found = secrets.find((secret) => secret.key === key)
  if (found === undefined) throw new AppError('SECRET_NOT_FOUND', `there is no secret ${key} here`)
  return found
}

/** The vaults a view looks at that are there. A file named by the caller has to be. */
async function openAll(
  deps: VaultDeps,
  view: VaultView,
  open: (deps: VaultDeps, layer: OpenedVault['layer']) => Promise<OpenedVault>,
): Promise<OpenedVault[]> {
  const layers = await layersOf(deps, view)
  const vaults: OpenedVault[] = []
  for (const layer of layers) if (layer.exists || layer.path === view.file) vaults.push(await open(deps, layer))
  return vaults
}

const describe = ({ layer }: OpenedVault, key: string, raw: string): SecretView => ({
  key,
  scope: layer.scope.kind,
  file: layer.path,
  encrypted: looksEncrypted(raw),
})
