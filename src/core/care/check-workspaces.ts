import { dirname, join } from 'node:path'
import { lostEnvs } from '../envs/mirror.ts'
import type { EnvRecord } from '../envs/model.ts'
import type { CareDeps, Fault } from './model.ts'

/** Workspaces without an env, envs without a workspace, and Berth's own files of envs that are gone. */
export async function checkWorkspaces(deps: CareDeps): Promise<Fault[]> {
  const made = await deps.workspaces.list()
  const stored = await storedFiles(deps)
  const envs = await deps.store.envs()
  const there = [...envs, ...(await lostEnvs(deps))]
  const owned = new Set([...there.map(({ workspace }) => workspace), ...(await keptWorkspaces(deps))])
  const ids = new Set(there.map(({ id }) => id))
  const forgotten = made.filter(({ workspace }) => !owned.has(workspace))
  const missing = await Promise.all(envs.filter(({ phase }) => phase === 'ready').map((env) => checkPresent(deps, env)))
  return [
    ...forgotten.map(
      ({ workspace, method }): Fault => ({
        kind: 'orphaned-workspace',
        subject: workspace,
        problem: 'the workspace belongs to an env that is gone',
        remedy: 'remove it',
        severity: 'warning',
        repair: () => deps.workspaces.remove(workspace, method),
      }),
    ),
    ...stored
      .filter((id) => !ids.has(id))
      .map(
        (id): Fault => ({
          kind: 'orphaned-files',
          subject: deps.paths.envFiles(id),
          problem: 'these files belong to an env that is gone',
          remedy: 'remove them',
          severity: 'warning',
          repair: () => deps.files.remove(deps.paths.envFiles(id)),
        }),
      ),
    ...missing.flat(),
  ]
}

/** Ids Berth has files of. */
function storedFiles({ files, paths }: CareDeps): Promise<string[]> {
  return files.list(dirname(paths.envFiles('x')))
}

/** Workspaces left on purpose by `destroy --keep-workspace`. */
async function keptWorkspaces({ files, paths }: CareDeps): Promise<string[]> {
  const directory = dirname(paths.kept('x'))
  const notes = await Promise.all((await files.list(directory)).map((name) => files.readText(join(directory, name))))
  return notes.flatMap((note) => (note === undefined ? [] : [(JSON.parse(note) as { workspace: string }).workspace]))
}

/** An overlay that is not mounted (after a reboot) is an empty directory: it comes back whole. */
async function checkPresent({ files, workspaces }: CareDeps, env: EnvRecord): Promise<Fault[]> {
  const { workspace, copyMethod, project, name } = env
  const subject = `${project}/${name}`
  if (copyMethod === 'overlay' && (await files.list(workspace)).length === 0) {
    const repair = () => workspaces.restore(workspace, copyMethod)
    const problem = `its workspace ${workspace} is not mounted`
    return [{ kind: 'workspace-unmounted', subject, problem, remedy: 'mount it again', severity: 'error', repair }]
  }
  if (await files.exists(workspace)) return []
  const problem = `its workspace ${workspace} is gone`
  return [{ kind: 'workspace-missing', subject, problem, remedy: `berth destroy ${subject}`, severity: 'error' }]
}
