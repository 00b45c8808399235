import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fromLocalCi, localCiHosts, localCiSchema } from '../../core/ci/config/local-ci.ts'
import type { CiFile } from '../../core/ci/config/merge.ts'
import type { CiConfig } from '../../core/ci/deps.ts'
import type { CiDocument } from '../../core/config/ci-schema.ts'
import { configSchema } from '../../core/config/schema.ts'
import { AppError } from '../../core/errors.ts'
import { readText } from './load-project-config.ts'

/** What each file is called in the words of the one it is read from, where those differ. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  command: ['command', 'cmd'],
  fix: ['fix', 'fix_command', 'fix_cmd'],
  inputs: ['inputs', 'watch'],
}

/** Reads `[ci]` of `berth.toml`, `.local-ci.toml` and `.local-ci-remote.toml`. Throws CONFIG_INVALID with every fault of a file. */
export async function loadCiConfig(root: string): Promise<CiConfig> {
  const [own, local, remote] = await Promise.all(
    ['berth.toml', '.local-ci.toml', '.local-ci-remote.toml'].map((name) => readText(join(root, name))),
  )
  // only two files can disagree, and have to be told where
  const find =
    own === undefined || local === undefined ? undefined : (await import('./toml-positions.ts')).createKeyFinder
  const files: CiFile[] = []
  if (local !== undefined) {
    const document = fromLocalCi(await readLocal(local, '.local-ci.toml'))
    files.push(ciFile('.local-ci.toml', local, document, find))
  }
  if (own !== undefined) {
    const { ci } = await (await import('./toml.ts')).readToml(own, 'berth.toml', configSchema)
    if (ci !== undefined) files.push(ciFile('berth.toml', own, ci, find))
  }
  const elsewhere = remote === undefined ? undefined : await readLocal(remote, '.local-ci-remote.toml')
  return {
    files,
    elsewhere: elsewhere === undefined ? null : fromLocalCi(elsewhere),
    hosts: elsewhere === undefined ? {} : localCiHosts(elsewhere),
  }
}

/**
 * The nearest directory upwards with one of the config files, within the repository; else the repository; else itself.
 * Throws SOURCE_INVALID.
 */
export async function findCiRoot(directory: string): Promise<string> {
  if ((await stat(directory).catch(() => undefined)) === undefined)
    throw new AppError('SOURCE_INVALID', `the directory ${directory} does not exist`, { hint: 'cd to one that does' })
  let configured: string | undefined
  for (let at = directory; ; at = dirname(at)) {
    const has = async (name: string) => (await stat(join(at, name)).catch(() => undefined)) !== undefined
    if (configured === undefined && ((await has('berth.toml')) || (await has('.local-ci.toml')))) configured = at
    if (await has('.git')) return configured ?? at
    if (dirname(at) === at) return configured ?? directory
  }
}

const readLocal = async (text: string, file: string) => (await import('./toml.ts')).readToml(text, file, localCiSchema)

type KeyFinder = typeof import('./toml-positions.ts').createKeyFinder

function ciFile(file: string, text: string, document: CiDocument, find: KeyFinder | undefined): CiFile {
  const prefix = file === 'berth.toml' ? ['ci'] : []
  const locate = (path: readonly string[]) => {
    const finder = find?.(text)
    const [table = '', name = '', key = ''] = path
    const places = (spellings[key] ?? [key]).flatMap((spelling) => finder?.([...prefix, table, name, spelling]) ?? [])
    // a key that is not there is found at its table, further up
    return places.sort((one, other) => other.line - one.line)[0] ?? { line: 1, column: 1 }
  }
  return { file, document, locate }
}
