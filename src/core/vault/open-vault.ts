import { relative } from 'node:path'
import type { KeyedLock } from '../../lib/keyed-lock.ts'
import { AppError } from '../errors.ts'
import type { Cipher, Clock, Files, IdentityStore } from '../ports.ts'
import { decodeEncrypted, encodeEncrypted } from './encrypted-value.ts'
import { repositoryOf, type VaultLayer } from './layers.ts'
import type { Identity, TrustRecord, TrustState } from './model.ts'
import { changesSince, fingerprintOf, judgeTrust, withRecord } from './trust.ts'
import { parseVault, recipientsOf, renderVault, type VaultDocument } from './vault-file.ts'

/** What everything about vaults needs from the world. */
export interface VaultDeps {
  files: Pick<Files, 'readText' | 'writeText' | 'exists' | 'mode' | 'list'>
  paths: { home: string; vaultTrust: string }
  cipher: Cipher
  identities: IdentityStore
  locks: KeyedLock
  clock: Pick<Clock, 'now'>
  /** From now on these are masked in everything the daemon says. */
  remember: (values: readonly string[]) => void
}

/** A vault that was read. */
export interface OpenedVault {
  layer: VaultLayer
  document: VaultDocument
  trust: TrustState
}

/** Reads a vault file. Throws VAULT_NOT_FOUND, VAULT_INVALID. */
export async function readVault(deps: VaultDeps, layer: VaultLayer): Promise<OpenedVault> {
  const text = await deps.files.readText(layer.path)
  if (text === undefined) throw new AppError('VAULT_NOT_FOUND', `there is no vault at ${layer.path}`)
  const document = parseVault(text, layer.path)
  return { layer, document, trust: await trustOf(deps, layer, document) }
}

/** Reads a vault to use it: on first use its recipients are noted. Throws VAULT_UNTRUSTED when others can read it since. */
export async function useVault(deps: VaultDeps, layer: VaultLayer): Promise<OpenedVault> {
  const vault = await readVault(deps, layer)
  if (vault.trust === 'first-use') await noteTrust(deps, vault)
  if (vault.trust === 'changed') throw await untrusted(deps, vault)
  return vault
}

/** Writes a vault whose recipients are as its owner wants them, and notes these. */
export async function writeVault(deps: VaultDeps, layer: VaultLayer, document: VaultDocument): Promise<void> {
  // a vault of a project is as readable as its other files: what is secret in it is encrypted
  const mode = (await deps.files.mode(layer.path)) ?? (layer.scope.kind === 'file' ? 0o644 : 0o600)
  await deps.files.writeText(layer.path, renderVault(document), mode & 0o777)
  await noteTrust(deps, { layer, document })
}

/** Notes the recipients of a vault file as they are now; what lies in our own state directory needs no note. */
export async function noteTrust(deps: VaultDeps, { layer, document }: Pick<OpenedVault, 'layer' | 'document'>) {
  if (layer.scope.kind !== 'file') return
  const recipients = recipientsOf(document)
  const record: TrustRecord = {
    ...(await placeOf(deps, layer.path)),
    fingerprint: fingerprintOf(recipients),
    recipients: recipients.map(({ key }) => key),
    at: deps.clock.now().toISOString(),
  }
  await deps.locks.run('vault trust', async () => {
    const records = withRecord(await readTrust(deps), record)
    await deps.files.writeText(deps.paths.vaultTrust, `${JSON.stringify(records, null, 2)}\n`)
  })
}

/** The note about a vault file, if there is one. */
export async function trustRecordOf(deps: VaultDeps, path: string): Promise<TrustRecord | undefined> {
  const place = await placeOf(deps, path)
  const records = await readTrust(deps)
  return records.find(({ repository, file }) => repository === place.repository && file === place.file)
}

async function trustOf(deps: VaultDeps, { scope, path }: VaultLayer, document: VaultDocument): Promise<TrustState> {
  return scope.kind === 'file' ? judgeTrust(recipientsOf(document), await trustRecordOf(deps, path)) : 'own'
}

async function untrusted(deps: VaultDeps, { layer, document }: OpenedVault): Promise<AppError> {
  const record = await trustRecordOf(deps, layer.path)
  const { added, gone } = changesSince(recipientsOf(document), record?.recipients ?? [])
  const lines = [...added.map(({ key, name }) => `  + ${key} ${name}`.trimEnd()), ...gone.map((key) => `  - ${key}`)]
  const when = record === undefined ? '' : ` (${record.at.slice(0, 10)})`
  return new AppError(
    'VAULT_UNTRUSTED',
    `others can read ${layer.path} than when it was last used${when}:\n${lines.join('\n')}`,
    { details: { file: layer.path, added: added.map(({ key }) => key), gone } },
  )
}

async function placeOf({ files }: VaultDeps, path: string) {
  const repository = await repositoryOf(files, path)
  return { repository, file: relative(repository, path) }
}

/** What is known of vault files that were used on this machine. */
export async function readTrust({ files, paths }: VaultDeps): Promise<TrustRecord[]> {
  return JSON.parse((await files.readText(paths.vaultTrust)) ?? '[]') as TrustRecord[]
}

/** The private keys to open vaults with: those the caller's environment holds, else the user's own; undefined: none. */
export async function findIdentity(deps: VaultDeps, given: string | null): Promise<Identity | undefined> {
  const keys = (given ?? '').split(/\s+/).filter((word) => word !== '')
  if (keys.length > 0) return { keys, place: 'environment', path: null }
  return deps.identities.read()
}

/** An encrypted value, for everybody in the vault's header. */
export async function encryptValue(deps: VaultDeps, text: string, recipients: readonly string[]): Promise<string> {
  return encodeEncrypted(await deps.cipher.encrypt(text, recipients))
}

/** The text of a value of a vault. Throws VAULT_LOCKED. */
export async function decryptValue(
  deps: VaultDeps,
  { key, raw, path }: { key: string; raw: string; path: string },
  identity: Identity | undefined,
): Promise<string> {
  const file = decodeEncrypted(raw)
  if (file === undefined) return raw
  const text = identity && (await deps.cipher.decrypt(file, identity.keys))
  if (text !== undefined) return text
  const why = identity === undefined ? 'there is no key of yours' : `your key (${identity.place}) does not open it`
  throw new AppError('VAULT_LOCKED', `${key} in ${path} cannot be read: ${why}`, { details: { key, file: path } })
}
