import { join } from 'node:path'
import type { TextMatch, TextSearch } from '../ports/text-search.ts'
import type { Files } from '../ports.ts'
import { contextVaults, type VaultLayer } from './layers.ts'
import type { VaultScope } from './model.ts'
import { decryptValue, findIdentity, readTrust, readVault, type VaultDeps } from './open-vault.ts'
import { rawValues } from './vault-file.ts'

/** A secret of a vault that stands where anybody may read it. */
export interface Leak {
  /** Its name. */
  key: string
  /** The vault it is of. */
  vault: string
  /** Where else it stands. */
  file: string
}

/** Shorter values stand in other texts by chance. */
const shortest = 12

/**
 * Parts of the state directory that are not Berth's own words: copies of projects, programs, and variables a user gave an env.
 */
const notOurs = ['workspaces', 'bases', 'mirrors', 'sync', 'versions', 'runtimes', 'envs']

interface LeakDeps extends VaultDeps {
  files: Pick<Files, 'readText' | 'writeText' | 'exists' | 'mode' | 'list'>
  textSearch: TextSearch
}

/**
 * Secrets of every vault this user can open that stand in plain text in Berth's own files, or in what git tracks beside
 * the vault. A vault that cannot be opened is passed over: `vault check` tells of it.
 */
export async function findLeaks(deps: LeakDeps): Promise<Leak[]> {
  const secrets = await allSecrets(deps)
  const values = [...secrets.keys()]
  if (values.length === 0) return []
  const repositories = [...new Set((await readTrust(deps)).map(({ repository }) => repository))]
  const matches: TextMatch[][] = [await deps.textSearch.below(deps.paths.home, values, notOurs)]
  for (const repository of repositories)
    if (await deps.files.exists(repository)) matches.push(await deps.textSearch.tracked(repository, values))
  return matches.flat().flatMap(({ word, file }) => {
    const secret = secrets.get(word)
    return secret === undefined ? [] : [{ ...secret, file }]
  })
}

/** What each long enough value is; one of several lines is known by its longest. */
async function allSecrets(deps: LeakDeps): Promise<Map<string, { key: string; vault: string }>> {
  const identity = await findIdentity(deps, null).catch(() => undefined)
  const secrets = new Map<string, { key: string; vault: string }>()
  if (identity === undefined) return secrets
  for (const layer of await allVaults(deps)) {
    const vault = await readVault(deps, layer).catch(() => undefined)
    for (const [key, raw] of vault === undefined ? [] : rawValues(vault.document)) {
      const value = await decryptValue(deps, { key, raw, path: layer.path }, identity).catch(() => '')
      const line = value.split('\n').reduce((one, other) => (other.length > one.length ? other : one), '')
      if (value !== raw && line.length >= shortest) secrets.set(line, { key, vault: layer.path })
    }
  }
  return secrets
}

async function allVaults(deps: LeakDeps): Promise<VaultLayer[]> {
  const contexts = await deps.files.list(join(deps.paths.home, 'contexts'))
  const kept = (await Promise.all(contexts.map((context) => contextVaults(deps, context)))).flat()
  const used = (await readTrust(deps)).map(({ repository, file }) => join(repository, file))
  const scope = (path: string): VaultScope => ({ kind: 'file', path })
  return [...kept, ...used.map((path) => ({ scope: scope(path), path, exists: true }))]
}
