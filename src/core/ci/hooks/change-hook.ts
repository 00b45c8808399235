import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { GitHooks } from '../../ports.ts'
import { hookScript, isOurs, keptName } from './hook-script.ts'
import { type HookName, type HookState, type HooksPlace, type HookView, hookNames } from './model.ts'

/** What hooks need of the world. */
export interface HookDeps {
  gitHooks: GitHooks
}

/** Every hook checks may run in, as it is now. Throws NOT_A_REPOSITORY. */
export async function showHooks({ gitHooks }: HookDeps, directory: string): Promise<HookView[]> {
  const place = await findPlace(gitHooks, directory)
  return Promise.all(hookNames.map((hook) => view(gitHooks, place, hook)))
}

/**
 * Puts our hook where git looks for it; one that is there already is kept beside it and runs first. Done twice is done
 * once. Throws HOOK_FOREIGN where that would change a file of the repository, or the hooks of every repository.
 */
export async function installHook({ gitHooks }: HookDeps, directory: string, hook: HookName): Promise<HookView> {
  const place = await findPlace(gitHooks, directory)
  if (place.set === 'shared')
    throw refused(`${place.directory} holds the hooks of all your repositories (core.hooksPath)`, place, hook)
  const state = await stateOf(gitHooks, place, hook)
  if (state === 'foreign') {
    if (await gitHooks.isTracked(place, hook)) throw refused('the hook belongs to the repository', place, hook)
    if ((await gitHooks.read(place, keptName(hook))) !== undefined)
      throw refused(`there is a ${keptName(hook)} already`, place, hook)
    await gitHooks.move(place, hook, keptName(hook))
  }
  await gitHooks.write(place, hook, hookScript(hook))
  return view(gitHooks, place, hook)
}

/** Takes our hook away, and puts the one that was there before back. Not there: nothing to do. Throws HOOK_FOREIGN for another's. */
export async function uninstallHook({ gitHooks }: HookDeps, directory: string, hook: HookName): Promise<HookView> {
  const place = await findPlace(gitHooks, directory)
  const state = await stateOf(gitHooks, place, hook)
  if (state === 'foreign')
    throw new AppError('HOOK_FOREIGN', `the ${hook} hook is not Berth's: ${join(place.directory, hook)}`, {
      hint: 'take the line "berth ci hook run" out of it by hand, if it has one',
    })
  if (state === 'ours') {
    await gitHooks.remove(place, hook)
    if ((await gitHooks.read(place, keptName(hook))) !== undefined) await gitHooks.move(place, keptName(hook), hook)
  }
  return view(gitHooks, place, hook)
}

async function findPlace(gitHooks: GitHooks, directory: string): Promise<HooksPlace> {
  const place = await gitHooks.place(directory)
  if (place !== undefined) return place
  throw new AppError('NOT_A_REPOSITORY', `${directory} is in no git repository`)
}

async function stateOf(gitHooks: GitHooks, place: HooksPlace, hook: HookName): Promise<HookState> {
  const text = await gitHooks.read(place, hook)
  if (text === undefined) return 'none'
  return isOurs(text) ? 'ours' : 'foreign'
}

async function view(gitHooks: GitHooks, place: HooksPlace, hook: HookName): Promise<HookView> {
  const state = await stateOf(gitHooks, place, hook)
  const chained = state === 'ours' && (await gitHooks.read(place, keptName(hook))) !== undefined
  return { hook, state, file: join(place.directory, hook), chained }
}

const refused = (why: string, { directory }: HooksPlace, hook: HookName) =>
  new AppError('HOOK_FOREIGN', `the ${hook} hook was not changed: ${why}`, {
    hint: `add this line to ${join(directory, hook)} yourself: berth ci hook run ${hook}`,
  })
