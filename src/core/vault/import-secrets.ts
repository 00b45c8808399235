import type { SecretFiles } from '../ports.ts'
import { type SecretChange, setSecrets } from './change-secrets.ts'
import type { VaultView } from './model.ts'
import { findIdentity, type VaultDeps } from './open-vault.ts'

/** Takes the secrets of a file of another tool over into the vault a view means; the file stays as it is. */
export async function importSecrets(
  deps: VaultDeps & { secretFiles: SecretFiles },
  view: VaultView,
  path: string,
  given: { age: readonly string[]; dotenvx: readonly string[] },
): Promise<SecretChange & { read: number }> {
  deps.remember([...given.age, ...given.dotenvx])
  const own = await findIdentity(deps, view.identity)
  const keys = { age: [...given.age, ...(own?.keys ?? [])], dotenvx: given.dotenvx }
  const values = await deps.secretFiles.read(path, keys)
  const change = await setSecrets(deps, view, values)
  return { ...change, read: Object.keys(values).length }
}
