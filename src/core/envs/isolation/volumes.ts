import type { ComposeModel, ComposeVolume } from '../../ports/compose-model.ts'

/** A volume of the env as the override writes it, without labels. */
export interface IsolatedVolume {
  key: string
  /** Name in the engine. */
  name: string
  definition: ComposeVolume
}

/**
 * Gives every volume a name of the env's own, also external ones (which start out empty), except those meant to be
 * shared: an external one of those stays as it is, any other becomes one volume of the project (`sharedVolumes`).
 */
export function isolateVolumes(
  model: ComposeModel,
  { composeProject, sharedVolumes }: { composeProject: string; sharedVolumes: readonly string[] },
): IsolatedVolume[] {
  return Object.entries(model.volumes ?? {})
    .filter(([key]) => !sharedVolumes.includes(key))
    .map(([key, volume]) => {
      const { external: _, labels: _labels, ...rest } = volume ?? {}
      const name = `${composeProject}_${key}`
      return { key, name, definition: { ...rest, name } }
    })
}

/** The volumes that all envs of a project have together: made beforehand, and external to every env. */
export function projectVolumes(
  model: ComposeModel,
  { project, sharedVolumes }: { project: string; sharedVolumes: readonly string[] },
): { key: string; name: string }[] {
  return Object.entries(model.volumes ?? {})
    .filter(([key, volume]) => sharedVolumes.includes(key) && !volume?.external)
    .map(([key]) => ({ key, name: `${project}_${key}_shared` }))
}
