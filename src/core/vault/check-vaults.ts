import { isSecretName } from '../../lib/redact.ts'
import { type AppError, toAppError } from '../errors.ts'
import { looksEncrypted } from './encrypted-value.ts'
import { layersOf, type VaultLayer } from './layers.ts'
import type { VaultFinding, VaultView } from './model.ts'
import { decryptValue, findIdentity, type OpenedVault, readVault, type VaultDeps } from './open-vault.ts'
import { rawValues, recipientsOf } from './vault-file.ts'

/** A vault that was looked at. */
export interface CheckedVault {
  file: string
  values: number
  findings: VaultFinding[]
}

/** Looks for what is wrong with the vaults a view sees: unreadable, untrusted, in plain text, not for everybody. */
export async function checkVaults(deps: VaultDeps, view: VaultView): Promise<CheckedVault[]> {
  const layers = (await layersOf(deps, view)).filter(({ exists, path }) => exists || path === view.file)
  return Promise.all(layers.map((layer) => checkVault(deps, layer, view)))
}

async function checkVault(deps: VaultDeps, layer: VaultLayer, view: VaultView): Promise<CheckedVault> {
  try {
    const vault = await readVault(deps, layer)
    const findings = [...headFindings(vault), ...(await valueFindings(deps, vault, view))]
    return { file: layer.path, values: rawValues(vault.document).size, findings }
  } catch (error) {
    return { file: layer.path, values: 0, findings: [fromError(toAppError(error))] }
  }
}

const fromError = ({ message, hint }: AppError): VaultFinding => ({
  severity: 'error',
  key: '',
  problem: message,
  remedy: hint,
})

function headFindings({ document, trust }: OpenedVault): VaultFinding[] {
  const keys = recipientsOf(document).map(({ key }) => key)
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index)
  const changed: VaultFinding = {
    severity: 'error',
    key: '',
    problem: 'others can read it than when it was last used',
    remedy: 'berth vault recipients shows who; berth vault trust, if that is as it should be',
  }
  const named = twice.map(
    (key): VaultFinding => ({
      severity: 'warning',
      key: '',
      problem: `${key} is named twice`,
      remedy: 'take one of the lines out',
    }),
  )
  return [...(trust === 'changed' ? [changed] : []), ...named]
}

async function valueFindings(deps: VaultDeps, vault: OpenedVault, view: VaultView): Promise<VaultFinding[]> {
  const identity = await findIdentity(deps, view.identity)
  const recipients = new Set(recipientsOf(vault.document).map(({ key }) => key)).size
  const findings: VaultFinding[] = []
  for (const [key, raw] of rawValues(vault.document)) {
    if (!looksEncrypted(raw)) {
      if (isSecretName(key) && raw !== '')
        findings.push({ severity: 'error', key, problem: 'a secret in plain text', remedy: `berth secret set ${key}` })
      continue
    }
    const failed = await decryptValue(deps, { key, raw, path: vault.layer.path }, identity).then(
      () => undefined,
      (error: unknown) => toAppError(error),
    )
    if (failed !== undefined) findings.push({ ...fromError(failed), key })
    const made = readersOf(raw)
    if (made !== recipients)
      findings.push({
        severity: 'warning',
        key,
        problem: `encrypted for ${made}, and ${recipients} can read the vault by its header`,
        remedy: `berth secret set ${key}, or berth vault recipients --add with a key that is there`,
      })
  }
  return findings
}

/** For how many an encrypted value is; age says for how many, not for whom. */
function readersOf(raw: string): number {
  const head =
    Buffer.from(raw.split(':').at(-1) ?? '', 'base64url')
      .toString('latin1')
      .split('\n---')[0] ?? ''
  return head.split('\n').filter((line) => line.startsWith('-> X25519 ')).length
}
