import type { Store } from '../ports.ts'
import { sees } from './grants.ts'
import type { Caller } from './model.ts'

/** The store as a caller may see it: what is in a project the caller has no part in does not exist. For reading only. */
export function seenBy<S extends Pick<Store, 'projects' | 'envs' | 'env' | 'sessions'>>(store: S, caller: Caller): S {
  if (caller.kind === 'owner' || caller.token.projects === null) return store
  const envs = async () => (await store.envs()).filter(({ project }) => sees(caller, project))
  return {
    ...store,
    envs,
    projects: async () => (await store.projects()).filter(({ name }) => sees(caller, name)),
    env: async (project: string, name: string) => (sees(caller, project) ? store.env(project, name) : undefined),
    async sessions() {
      const own = new Set((await envs()).map(({ id }) => id))
      return (await store.sessions()).filter(({ envId }) => own.has(envId))
    },
  }
}
