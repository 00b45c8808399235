import type { ComposeModel, ComposeVolume } from '../../ports/compose-model.ts'

/** A volume of the env as the override writes it, without labels. */
export interface IsolatedVolume {
  key: string
  /** Name in the engine. */
  name: string
  definition: ComposeVolume
}

/** Gives every volume a name of the env's own, also external ones (which start out empty), except those meant to be shared. */
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
