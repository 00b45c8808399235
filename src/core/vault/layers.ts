import { dirname, join } from 'node:path'
import { AppError } from '../errors.ts'
import type { Files } from '../ports.ts'
import { projectVault, type VaultScope, type VaultView } from './model.ts'

/** A vault a view looks at: which scope, and where its file is (or would be). */
export interface VaultLayer {
  scope: VaultScope
  path: string
  exists: boolean
}

interface Deps {
  files: Pick<Files, 'exists'>
  paths: { home: string }
}

/** Every vault of a context, of whatever scope, that lies in the state directory. */
export async function contextVaults(
  { files, paths }: { files: Pick<Files, 'exists' | 'list'>; paths: { home: string } },
  context: string,
): Promise<VaultLayer[]> {
  const directory = join(paths.home, 'contexts', checked(context), 'secrets')
  const named = async (kind: 'app' | 'machine') => {
    const found = await files.list(join(directory, `${kind}s`))
    return found.filter((file) => file.endsWith(suffix)).map((file) => ({ kind, name: file.slice(0, -suffix.length) }))
  }
  const scopes: VaultScope[] = [{ kind: 'context' }, ...(await named('app')), ...(await named('machine'))]
  const layers = await Promise.all(scopes.map((scope) => toLayer({ files, paths }, context, scope)))
  return layers.filter(({ exists }) => exists)
}

const suffix = '.vault'
const namePattern = /^[a-z0-9][a-z0-9._-]{0,62}$/i

/** Every vault a view looks at, the weakest first: context, the project's file, app, machine. */
export async function layersOf(deps: Deps, view: VaultView): Promise<VaultLayer[]> {
  const file = view.file ?? (await findProjectVault(deps.files, view.directory))
  const scopes: VaultScope[] = [
    { kind: 'context' },
    ...(file === undefined ? [] : [{ kind: 'file' as const, path: file }]),
    ...(view.app === null ? [] : [{ kind: 'app' as const, name: view.app }]),
    ...(view.machine === null ? [] : [{ kind: 'machine' as const, name: view.machine }]),
  ]
  return Promise.all(scopes.map((scope) => toLayer(deps, view.context, scope)))
}

/** The one vault a view means to change: the narrowest one it names, else the project's, else the context's. */
export async function layerToChange(deps: Deps, view: VaultView): Promise<VaultLayer> {
  if (view.machine !== null) return toLayer(deps, view.context, { kind: 'machine', name: view.machine })
  if (view.app !== null) return toLayer(deps, view.context, { kind: 'app', name: view.app })
  const file = view.file ?? (await findProjectVault(deps.files, view.directory))
  return toLayer(deps, view.context, file === undefined ? { kind: 'context' } : { kind: 'file', path: file })
}

async function toLayer({ files, paths }: Deps, context: string, scope: VaultScope): Promise<VaultLayer> {
  const directory = join(paths.home, 'contexts', checked(context), 'secrets')
  const path = pathOf(directory, scope)
  return { scope, path, exists: await files.exists(path) }
}

function pathOf(directory: string, scope: VaultScope): string {
  if (scope.kind === 'file') return scope.path
  if (scope.kind === 'context') return join(directory, `context${suffix}`)
  return join(directory, `${scope.kind}s`, `${checked(scope.name)}${suffix}`)
}

function checked(name: string): string {
  if (!namePattern.test(name))
    throw new AppError('NAME_INVALID', `${JSON.stringify(name)} cannot be a context, an app or a machine`, {
      hint: 'use letters, digits, -, _ and ., at most 63 characters',
    })
  return name
}

/** The nearest vault file at or above a directory, not beyond the repository it is in. */
async function findProjectVault(files: Pick<Files, 'exists'>, start: string): Promise<string | undefined> {
  for (let at = start; ; at = dirname(at)) {
    if (await files.exists(join(at, projectVault))) return join(at, projectVault)
    if (dirname(at) === at || (await files.exists(join(at, '.git')))) return undefined
  }
}

/** The repository a file is in, or its directory where it is in none. */
export async function repositoryOf(files: Pick<Files, 'exists'>, path: string): Promise<string> {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (await files.exists(join(at, '.git'))) return at
    if (dirname(at) === at) return dirname(path)
  }
}
