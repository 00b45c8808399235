import { join } from 'node:path'
import type { ObjectFormat, SyncRepository } from '../../../core/machines/sync/model.ts'
import { portableSettings } from '../../../core/machines/sync/settings.ts'
import type { Git } from '../git.ts'
import { parseSettings } from '../git-config.ts'
import { textIfAny } from '../if-any.ts'
import type { Repository } from '../read-repository.ts'

/** What of a repository a copy needs, but for the index; and what decides how its files are looked at. */
export interface RepositoryFacts extends Omit<SyncRepository, 'index' | 'sparse' | 'underWay'> {
  /** Text of `info/sparse-checkout` where only a part is checked out. */
  sparse: string | null
  format: ObjectFormat
  /** Every text file may lie there otherwise than git keeps it. */
  convertsAll: boolean
}

/** Reads all that is not files. */
export async function readFacts(git: Git, repository: Repository): Promise<RepositoryFacts> {
  const { top, gitDirectory, commonDirectory, head } = repository
  const [format, branch, refs, config, shallow, exclude, sparse] = await Promise.all([
    git(top, ['rev-parse', '--show-object-format']),
    git(top, ['symbolic-ref', '--quiet', 'HEAD'], { allow: [1] }),
    git(top, ['for-each-ref', '--format=%(objectname) %(refname) %(symref)', ...shared]),
    git(top, ['config', '--list', '-z']),
    textIfAny(join(commonDirectory, 'shallow')),
    textIfAny(join(commonDirectory, 'info/exclude')),
    textIfAny(join(gitDirectory, 'info/sparse-checkout')),
  ])
  const settings = parseSettings(config.stdout)
  const value = new Map(settings.map(([key, text]) => [key.toLowerCase(), text]))
  return {
    format: format.stdout.trim() === 'sha256' ? 'sha256' : 'sha1',
    head,
    branch: branch.exitCode === 0 ? branch.stdout.trim() : null,
    refs: parseRefs(refs.stdout),
    shallow: (shallow ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .sort(),
    partial: settings.some(([key]) => /^remote\..+\.promisor$|^extensions\.partialclone$/i.test(key)),
    settings: portableSettings(settings),
    exclude: exclude ?? '',
    sparse: value.get('core.sparsecheckout') === 'true' ? (sparse ?? '') : null,
    convertsAll: value.get('core.autocrlf') === 'true' || value.get('core.eol') === 'crlf',
  }
}

/** Stashes, notes and what other tools keep are the user's alone. */
const shared = ['refs/heads', 'refs/tags', 'refs/remotes']

/** Reads `object name symref` lines; names that only stand for another (origin/HEAD) stay out. */
function parseRefs(output: string): Record<string, string> {
  const fields = output.split('\n').map((line) => line.split(' '))
  return Object.fromEntries(fields.flatMap(([oid, name, symref]) => (oid && name && !symref ? [[name, oid]] : [])))
}
