import { AppError } from '../errors.ts'
import type { ProjectDeps } from './deps.ts'
import type { FoundProject } from './find-project.ts'

/** Makes a project known under its name. Throws PROJECT_EXISTS when the name belongs to another directory. */
export async function registerProject(
  deps: Pick<ProjectDeps, 'store' | 'clock' | 'locks'>,
  found: FoundProject,
): Promise<FoundProject> {
  return deps.locks.run('projects', async () => {
    const projects = await deps.store.projects()
    const known = projects.find(({ directory }) => directory === found.directory)
    if (known?.name === found.name) return known
    const holder = projects.find(({ name }) => name === found.name)
    if (holder) await giveUpIfUnused(deps, holder, found)
    if (known) await deps.store.removeProject(known.name)
    await deps.store.addProject({ ...found, createdAt: deps.clock.now().toISOString() })
    return found
  })
}

/** A name that no env uses is free for whoever wants it. */
async function giveUpIfUnused(
  deps: Pick<ProjectDeps, 'store'>,
  holder: FoundProject,
  found: FoundProject,
): Promise<void> {
  const used = (await deps.store.envs()).some(({ project }) => project === holder.name)
  if (used) {
    throw new AppError('PROJECT_EXISTS', `the name ${found.name} belongs to the project in ${holder.directory}`, {
      hint: `pass --project NAME, or give one of them [project] name in berth.toml`,
    })
  }
  await deps.store.removeProject(holder.name)
}
