import { settleArchives } from '../../core/deploy/addons/archive.ts'
import { bringBackApps } from '../../core/deploy/bring-back-apps.ts'
import { toAppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { bringBack, type Returned } from './bring-back.ts'
import { recoverOperations } from './recover.ts'

/**
 * The engine is there (again): what was cut off with it is settled, and what it ended runs again. Work that has not noticed
 * yet that its engine is another one is left to fail first: its env comes after.
 */
export async function takeUpAgain(deps: DaemonDeps, returned: Returned, log: (message: string) => void): Promise<void> {
  if (returned.wasAway) log('the container engine is back')
  const failed = (error: unknown) => log(`what the engine left could not be settled: ${toAppError(error).message}`)
  await settle(deps, returned, log).catch(failed)
  const started = await bringBackApps(deps).catch(failed)
  if (started) log(`started ${started} containers of apps that had ended with the engine`)
  await settleArchives(deps, log).catch(failed)
}

async function settle(deps: DaemonDeps, returned: Returned, log: (message: string) => void): Promise<void> {
  const underWay = (await deps.store.journal.open()).filter(({ id }) => deps.operations.isRunning(id))
  const busy = new Set(underWay.flatMap(({ envId }) => envId ?? []))
  await recoverOperations(deps, log)
  await bringBack(deps, { ...returned, isMeant: ({ id }) => !busy.has(id) }, log)
  if (underWay.length === 0) return
  await Promise.all(underWay.map(({ id }) => deps.operations.ended(id)))
  await recoverOperations(deps, log)
  await bringBack(deps, { ...returned, isMeant: ({ id }) => busy.has(id) }, log)
}
