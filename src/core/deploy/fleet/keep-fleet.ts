import { join } from 'node:path'
import type { ReleaseBundle } from '../bundle.ts'
import type { DeployDeps } from '../deps.ts'
import type { FleetRecord } from './model.ts'

type KeepDeps = Pick<DeployDeps, 'files' | 'paths' | 'sealer'>

/** What a deploy carries to its machines. */
export interface FleetCargo {
  bundle: ReleaseBundle
  secrets: Record<string, string>
}

const fileOf = ({ paths }: Pick<KeepDeps, 'paths'>, context: string, app: string, name: string) =>
  join(paths.fleet(context, app), name)

/** The last deploy of an app over several machines that was led from here; undefined where there was none. */
export async function readFleet(deps: KeepDeps, context: string, app: string): Promise<FleetRecord | undefined> {
  const text = await deps.files.readText(fileOf(deps, context, app, 'record.json'))
  return text === undefined ? undefined : (JSON.parse(text) as FleetRecord)
}

/** Keeps how far a deploy has come. */
export async function saveFleet(deps: KeepDeps, record: FleetRecord): Promise<void> {
  await deps.files.writeText(fileOf(deps, record.context, record.app, 'record.json'), JSON.stringify(record))
}

/** Keeps what is deployed for as long as it may have to be sent again, its secrets sealed. */
export async function keepCargo(deps: KeepDeps, record: FleetRecord, { bundle, secrets }: FleetCargo): Promise<void> {
  const file = (name: string) => fileOf(deps, record.context, record.app, name)
  await deps.files.writeText(file('bundle.json'), JSON.stringify(bundle))
  await deps.files.writeText(file('secrets.sealed'), await deps.sealer.seal(secrets))
}

/** What is left to be sent; undefined where all has arrived. */
export async function readCargo(deps: KeepDeps, { context, app }: FleetRecord): Promise<FleetCargo | undefined> {
  const [bundle, sealed] = await Promise.all(
    ['bundle.json', 'secrets.sealed'].map((name) => deps.files.readText(fileOf(deps, context, app, name))),
  )
  if (bundle === undefined || sealed === undefined) return undefined
  return { bundle: JSON.parse(bundle) as ReleaseBundle, secrets: await deps.sealer.open(sealed) }
}

/** Nothing of it has to be sent again. */
export async function dropCargo(deps: KeepDeps, { context, app }: FleetRecord): Promise<void> {
  for (const name of ['bundle.json', 'secrets.sealed']) await deps.files.remove(fileOf(deps, context, app, name))
}
