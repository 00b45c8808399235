import type { EnvRecord } from '../model.ts'

/** The name of the env that is the shared instance of a service. */
export const sharedName = (service: string): string =>
  `shared-${service.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.slice(0, 40)

/** The env that serves a service to another, if it is there. */
export function serverOf(
  envs: readonly EnvRecord[],
  env: Pick<EnvRecord, 'project'>,
  service: string,
): EnvRecord | undefined {
  return envs.find(({ project, serves }) => project === env.project && serves === service)
}

/** The envs that use a shared instance now: those that are to be up. `all`: also those that are down. */
export function usersOf(envs: readonly EnvRecord[], instance: EnvRecord, { all = false } = {}): EnvRecord[] {
  return envs.filter(
    ({ project, shared, desired, phase }) =>
      project === instance.project &&
      instance.serves !== null &&
      shared.includes(instance.serves) &&
      phase !== 'destroying' &&
      (all || desired === 'up'),
  )
}
