import { isDeepStrictEqual } from 'node:util'
import { composeProjectName } from '../compose/project-name.ts'
import type { ProjectDeps } from '../projects/deps.ts'
import { findProject } from '../projects/find-project.ts'
import { settingsAsWritten } from '../settings/as-written.ts'
import type { Settings } from '../settings/model.ts'
import { configAsWritten } from './as-written.ts'
import { configInvalid } from './faults.ts'
import { defaultConfig } from './resolve.ts'
import { type EffectiveSetting, type SettingSource, traceSettings, type WrittenFile } from './trace.ts'

/** What showing settings may ask for. */
export interface ShowConfigDeps extends Pick<ProjectDeps, 'store' | 'files' | 'paths' | 'loadConfig'> {
  /** What this daemon works by: as config.toml was when it started. */
  settings: Settings
  environment: Readonly<Record<string, string | undefined>>
  /** `config.toml` of the state directory as it is now, and what it comes to. */
  readSettings: (home: string) => Promise<{ file: WrittenFile; settings: Settings }>
  /** The config files of a project, the strongest last. */
  readProjectFiles: (directory: string) => Promise<WrittenFile[]>
}

/** Everything that is settled, and where each of it comes from. */
export interface ShownConfig {
  machine: EffectiveSetting[]
  /** Keys of config.toml that berthd follows only once it was started anew. */
  pending: string[]
  /** Of the project in the directory, or null without one. */
  project: { directory: string; settings: EffectiveSetting[] } | null
  /** Every file that is looked for, whether there or not. */
  files: { path: string; exists: boolean }[]
}

/** The settings in effect, with where each comes from. Throws CONFIG_INVALID with every fault of every file. */
export async function showConfig(deps: ShowConfigDeps, directory: string | undefined): Promise<ShownConfig> {
  const { file, settings } = await deps.readSettings(deps.paths.home)
  const root = await rootOf(deps, directory)
  const projectFiles = root === undefined ? [] : await deps.readProjectFiles(root)
  const files = [file, ...projectFiles]
  const faults = files.flatMap((each) => each.faults)
  if (faults.length > 0) throw configInvalid(faults)
  const [now, running] = [settingsAsWritten(settings), settingsAsWritten(deps.settings)]
  return {
    machine: machineSettings(deps, now, file),
    pending: Object.keys(now).filter((key) => !isDeepStrictEqual(now[key], running[key])),
    project: root === undefined ? null : { directory: root, settings: await projectSettings(deps, root, projectFiles) },
    files: files.map(({ path, exists }) => ({ path, exists })),
  }
}

/** A berth.toml with faults has its project all the same: its faults are what is asked for. */
async function rootOf(deps: ShowConfigDeps, directory: string | undefined): Promise<string | undefined> {
  const anyName = { ...deps, loadConfig: async () => defaultConfig() }
  return (await findProject(anyName, directory))?.directory
}

function machineSettings(
  { paths, environment }: ShowConfigDeps,
  now: Readonly<Record<string, unknown>>,
  file: WrittenFile,
): EffectiveSetting[] {
  const home: SettingSource = environment['BERTH_HOME'] ? { kind: 'variable', name: 'BERTH_HOME' } : { kind: 'default' }
  const engine = environment['DOCKER_HOST']
  return [{ key: 'home', value: paths.home, source: home }, ...traceSettings(now, [file])].map((setting) =>
    setting.key === 'engine.host' && setting.value === null && engine
      ? { ...setting, value: engine, source: { kind: 'variable', name: 'DOCKER_HOST' } }
      : setting,
  )
}

async function projectSettings(
  deps: ShowConfigDeps,
  directory: string,
  files: readonly WrittenFile[],
): Promise<EffectiveSetting[]> {
  const config = await deps.loadConfig(directory)
  const settings = traceSettings(configAsWritten(config), files)
  const name = (await findProject(deps, directory))?.name ?? ''
  const source = await nameSource(deps, directory, config.project.files, name)
  return settings.map((setting) =>
    setting.key === 'project.name' && setting.value === null ? { ...setting, value: name, source } : setting,
  )
}

async function nameSource(
  { store, files }: ShowConfigDeps,
  directory: string,
  named: readonly string[],
  name: string,
): Promise<SettingSource> {
  if ((await composeProjectName(files, directory, named)) === name) return { kind: 'derived', name: 'the compose file' }
  const known = (await store.projects()).some((project) => project.directory === directory)
  return { kind: 'derived', name: known ? 'how it is known here' : 'the directory' }
}
