import { join } from 'node:path'
import { AppError } from '../errors.ts'
import type { HomePaths } from '../home/paths.ts'
import type { Clock, Files, Store } from '../ports.ts'
import { contextVaults } from '../vault/layers.ts'
import type { VaultScope } from '../vault/model.ts'
import { type ContextView, defaultContext } from './model.ts'
import { newContextName } from './name.ts'

/** What the use cases of contexts need. */
export interface ContextDeps {
  store: Pick<Store, 'contexts' | 'machines' | 'deploys' | 'events'>
  files: Pick<Files, 'exists' | 'list' | 'readText' | 'writeText' | 'remove'>
  paths: HomePaths
  clock: Pick<Clock, 'now'>
}

/** All contexts, the one that is always there first; those too that others deploy apps of to this machine. */
export async function listContexts(deps: ContextDeps): Promise<ContextView[]> {
  const [made, current, machines, apps] = await Promise.all([
    deps.store.contexts.all(),
    currentContext(deps),
    deps.store.machines(),
    deps.store.deploys.apps(),
  ])
  const own = [{ name: defaultContext, createdAt: null }, ...made]
  const others = new Set(apps.map(({ context }) => context)).difference(new Set(own.map(({ name }) => name)))
  const all = [...own, ...[...others].sort().map((name) => ({ name, createdAt: null }))]
  const ofContext = (records: { context: string; name: string }[], context: string) =>
    records.filter((record) => record.context === context).map(({ name }) => name)
  return Promise.all(
    all.map(async ({ name, createdAt }) => ({
      name,
      current: name === current,
      createdAt,
      machines: ofContext(machines, name),
      apps: ofContext(apps, name),
      vaults: (await contextVaults(deps, name)).map(({ scope }) => inWords(scope)),
    })),
  )
}

const inWords = (scope: VaultScope) =>
  scope.kind === 'app' || scope.kind === 'machine' ? `${scope.kind} ${scope.name}` : scope.kind

/** One context; the current one unless named. Throws CONTEXT_NOT_FOUND. */
export async function showContext(deps: ContextDeps, name?: string): Promise<ContextView> {
  const all = await listContexts(deps)
  const wanted = name ?? (await currentContext(deps))
  const found = all.find((one) => one.name === wanted)
  if (found === undefined)
    throw noSuchContext(
      wanted,
      all.map((one) => one.name),
    )
  return found
}

/** Makes a context with nothing in it. Throws NAME_INVALID, CONTEXT_EXISTS. */
export async function createContext(deps: ContextDeps, given: string): Promise<ContextView> {
  const name = newContextName(given)
  if ((await deps.store.contexts.all()).some((one) => one.name === name))
    throw new AppError('CONTEXT_EXISTS', `there is a context ${name} already`)
  await deps.store.contexts.add({ name, createdAt: deps.clock.now().toISOString() })
  return showContext(deps, name)
}

/** From now on commands that name no context mean this one. Throws CONTEXT_NOT_FOUND. */
export async function useContext(deps: ContextDeps, name: string): Promise<ContextView> {
  await showContext(deps, name)
  if (name === defaultContext) await deps.files.remove(deps.paths.currentContext)
  else await deps.files.writeText(deps.paths.currentContext, `${name}\n`, 0o600)
  return showContext(deps, name)
}

/**
 * Removes a context with its secrets and its history. Machines and apps have to be let go of first: what runs on them is
 * nothing a forgotten name could lead back to. Throws CONTEXT_NOT_FOUND, CONTEXT_IN_USE.
 */
export async function removeContext(deps: ContextDeps, name: string): Promise<ContextView> {
  const found = await showContext(deps, name)
  if (name === defaultContext) throw new AppError('CONTEXT_IN_USE', 'the context default is always there')
  const { machines, apps } = found
  if (machines.length + apps.length > 0) throw stillHolds(name, machines, apps)
  const [login] = await loginsOf(deps, name)
  if (login !== undefined)
    throw new AppError('CONTEXT_IN_USE', `${name} still has a token for ${login}`, {
      hint: `berth logout ${login} --context ${name} gives it back`,
    })
  if (found.current) await deps.files.remove(deps.paths.currentContext)
  await deps.files.remove(deps.paths.context(name))
  await deps.store.events.forget(name)
  await deps.store.contexts.remove(name)
  return { ...found, current: false }
}

/** Machines that the command line reaches by a token; what it keeps of them goes with the context. */
async function loginsOf({ files, paths }: ContextDeps, name: string): Promise<string[]> {
  const found = await files.list(join(paths.context(name), 'logins'))
  return found.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
}

function stillHolds(name: string, machines: readonly string[], apps: readonly string[]): AppError {
  const held = [...machines.map((one) => `machine ${one}`), ...apps.map((one) => `app ${one}`)]
  const hint =
    machines.length > 0
      ? `berth disconnect ${machines[0]} --context ${name}, for each of them`
      : `berth app rm ${apps[0]} --context ${name}, for each of them`
  return new AppError('CONTEXT_IN_USE', `${name} still has ${held.join(', ')}`, { hint, details: { machines, apps } })
}

/** Throws CONTEXT_NOT_FOUND for a context nobody made. */
export async function requireContext({ store }: { store: Pick<Store, 'contexts'> }, name: string): Promise<void> {
  if (name === defaultContext) return
  const names = (await store.contexts.all()).map((one) => one.name)
  if (!names.includes(name)) throw noSuchContext(name, [defaultContext, ...names])
}

function noSuchContext(name: string, names: readonly string[]): AppError {
  const others = names.filter((one) => one !== name)
  return new AppError('CONTEXT_NOT_FOUND', `no context is called ${name}`, {
    hint: `there is ${others.join(', ')}; berth context create makes another`,
    details: { contexts: others },
  })
}

async function currentContext({ files, paths }: Pick<ContextDeps, 'files' | 'paths'>): Promise<string> {
  return (await files.readText(paths.currentContext))?.trim() || defaultContext
}
