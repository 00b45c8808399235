import { join } from 'node:path'
import type { DeployDeps } from '../deps.ts'
import type { AppRecord } from '../model.ts'

/** One dump of one add-on. */
export interface Backup {
  addon: string
  /** Its file's name: when it was made. */
  name: string
  /** How long its server was stopped while it was made just now, until it was ready again, ms; absent: it was not. */
  stoppedMs?: number
}

type Deps = Pick<DeployDeps, 'files' | 'paths'>

/** Where dumps of an add-on lie. */
export const directoryOf = ({ paths }: Pick<Deps, 'paths'>, app: Pick<AppRecord, 'id'>, addon: string) =>
  join(paths.app(app.id), 'backups', addon)

/** All dumps of an app on this machine, the newest first. */
export async function listBackups(deps: Deps, app: AppRecord): Promise<Backup[]> {
  const addons = await deps.files.list(directoryOf(deps, app, ''))
  const found = await Promise.all(
    addons.map(async (addon) =>
      (await deps.files.list(directoryOf(deps, app, addon))).map((name) => ({ addon, name })),
    ),
  )
  return found
    .flat()
    .filter(({ name }) => name.endsWith('.dump'))
    .toSorted((a, b) => (a.name < b.name ? 1 : -1))
}
