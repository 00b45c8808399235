import { join } from 'node:path'
import type { DeployDocument } from '../../config/deploy-schema.ts'
import { AppError } from '../../errors.ts'
import { setSecrets } from '../../vault/change-secrets.ts'
import { listSecrets } from '../../vault/read-secrets.ts'
import type { DeployDeps } from '../deps.ts'
import { type Addon, fragmentOf } from './fragment.ts'
import { packOf } from './packs.ts'

type Deps = Pick<DeployDeps, 'files' | 'paths' | 'vault' | 'ids'>

/** Whose add-ons are meant. */
export interface AddonsOf {
  context: string
  app: string
  identity: string | null
}

const directoryOf = ({ paths }: Pick<Deps, 'paths'>, { context, app }: Pick<AddonsOf, 'context' | 'app'>) =>
  join(paths.home, 'contexts', context, 'apps', app)

/** Add-ons that `berth app addon add` has added, by name. They are kept where the app is deployed from. */
export async function keptAddons(
  deps: Pick<Deps, 'files' | 'paths'>,
  of: Pick<AddonsOf, 'context' | 'app'>,
): Promise<Addon[]> {
  const text = await deps.files.readText(join(directoryOf(deps, of), 'addons.json'))
  return text === undefined ? [] : (JSON.parse(text) as Addon[])
}

/** All add-ons of an app: what the project says itself counts before what was added. */
export async function addonsOf(
  deps: Pick<Deps, 'files' | 'paths'>,
  of: Pick<AddonsOf, 'context' | 'app'>,
  written: DeployDocument['addons'] = {},
): Promise<Addon[]> {
  const own = Object.entries(written).map(([name, addon]): Addon => ({ name, ...addon }))
  const added = (await keptAddons(deps, of)).filter(({ name }) => !own.some((one) => one.name === name))
  return [...own, ...added].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Adds one, with a password of its own in the app's vault; the next deploy brings it. Throws ADDON_CLASH. */
export async function addAddon(deps: Deps, of: AddonsOf, addon: Addon): Promise<string[]> {
  const known = await keptAddons(deps, of)
  if (known.some(({ name }) => name === addon.name))
    throw new AppError('ADDON_CLASH', `${of.app} has an add-on ${addon.name} already`, {
      details: { addon: addon.name },
    })
  const made = await ensureCredentials(deps, of, [addon])
  await save(deps, of, [...known, addon])
  return made
}

/** Takes one away; the next deploy ends it. Its data and its password stay. Throws ADDON_NOT_FOUND. */
export async function removeAddon(deps: Deps, of: Pick<AddonsOf, 'context' | 'app'>, name: string): Promise<void> {
  const known = await keptAddons(deps, of)
  if (!known.some((one) => one.name === name)) throw noSuchAddon(of.app, name, known)
  await save(
    deps,
    of,
    known.filter((one) => one.name !== name),
  )
}

/** The error for a name that is no add-on's. */
export const noSuchAddon = (app: string, name: string, known: readonly { name: string }[]) =>
  new AppError('ADDON_NOT_FOUND', `${app} has no add-on ${name}`, {
    details: { app, addon: name, addons: known.map((one) => one.name) },
  })

const save = (deps: Deps, of: Pick<AddonsOf, 'context' | 'app'>, addons: readonly Addon[]) =>
  deps.files.writeText(join(directoryOf(deps, of), 'addons.json'), `${JSON.stringify(addons, undefined, 2)}\n`)

/** Makes the passwords that are not there yet, in the app's vault; the names of what was made. */
export async function ensureCredentials(deps: Deps, of: AddonsOf, addons: readonly Addon[]): Promise<string[]> {
  const view = {
    context: of.context,
    directory: deps.paths.home,
    file: null,
    app: of.app,
    machine: null,
    identity: of.identity,
  }
  const known = new Set((await listSecrets(deps.vault, view)).secrets.map(({ key }) => key))
  const wanted = addons.flatMap(({ name, pack }) => (pack === 'backup' ? [] : [{ name, pack }]))
  const values: Record<string, string> = {}
  for (const { name, pack } of wanted) {
    const secrets = packOf(pack).secrets(name, deps.ids.secret())
    // half of them would be of another password than the rest
    if (Object.keys(secrets).some((key) => !known.has(key))) Object.assign(values, secrets)
  }
  if (Object.keys(values).length > 0) await setSecrets(deps.vault, view, values)
  return Object.keys(values)
}

/** Writes the add-ons' compose file, beside what the project has; undefined where there is nothing in it. */
export async function writeFragment(
  deps: Deps,
  of: Pick<AddonsOf, 'context' | 'app'>,
  addons: readonly Addon[],
): Promise<string | undefined> {
  if (addons.every(({ pack }) => pack === 'backup')) return undefined
  const file = join(directoryOf(deps, of), 'addons.compose.json')
  await deps.files.writeText(file, `${JSON.stringify(fragmentOf(addons), undefined, 2)}\n`)
  return file
}
