import { AppError } from '../errors.ts'
import type { ProjectDeps } from '../projects/deps.ts'
import { findProject } from '../projects/find-project.ts'
import { checkAppName } from './app-name.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord } from './model.ts'
import { resolveDeploySettings } from './settings.ts'

/** The app of this name, made known first when it is new. Throws NAME_INVALID. */
export async function findOrAddApp(
  deps: Pick<DeployDeps, 'store' | 'locks' | 'clock' | 'ids'>,
  context: string,
  name: string,
): Promise<AppRecord> {
  return deps.locks.run('apps', async () => {
    const known = await deps.store.deploys.app(context, name)
    if (known) return known
    const createdAt = deps.clock.now().toISOString()
    const app: AppRecord = {
      id: deps.ids.short(6),
      name: checkAppName(name),
      context,
      live: null,
      lease: null,
      createdAt,
    }
    await deps.store.deploys.saveApp(app)
    return app
  })
}

/** What the app of a project is called: as said, else as berth.toml or the project is named. Throws PROJECT_NOT_FOUND. */
export async function nameOfApp(
  deps: ProjectDeps,
  { directory, app }: { directory: string; app?: string | undefined },
): Promise<string> {
  if (app !== undefined) return app
  const project = await findProject(deps, directory)
  if (!project) throw new AppError('PROJECT_NOT_FOUND', `${directory} is in no project`, { hint: 'name the app' })
  const { tables } = await deps.loadConfig(project.directory)
  return resolveDeploySettings(tables.deploy).app ?? project.name
}

/** Throws APP_NOT_FOUND. */
export async function requireApp(deps: Pick<DeployDeps, 'store'>, context: string, name: string): Promise<AppRecord> {
  const app = await deps.store.deploys.app(context, name)
  if (app) return app
  throw new AppError('APP_NOT_FOUND', `no app is called ${name} here`, { details: { app: name } })
}
