import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { placeInMirrors } from '../projects/identity.ts'
import { type BringBackDeps, inRepository } from './bring-back.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import { lockEnv } from './lock-env.ts'

/** An env's work, ready for a repository on another machine. */
export interface Results {
  project: string
  name: string
  envId: string
  /** Where the work ends. */
  commit: string
  mixed: string[]
  /** Mirror the env was made from, by its key, and where in it the project lies; null for a source of this machine. */
  mirror: { key: string; prefix: string } | null
  /** Absolute path of a pack of git objects; null where the other repository has it all. */
  file: string | null
}

/** Commits what is uncommitted in an env and packs its work for a repository that has `haves`. Throws GIT_FAILED. */
export async function resultsOfEnv(
  deps: BringBackDeps,
  request: { env: EnvRef; message?: string | undefined; haves: readonly string[] },
): Promise<Results> {
  return lockEnv(deps, await findEnv(deps, request.env), async (env) => {
    const { directory, baseCommit } = inRepository(env)
    const head = await deps.workspaces.commitAll(env.workspace, request.message ?? `Work in the env ${env.name}`)
    // the same question gives the same file, which a transfer that was cut off goes on with
    const file = join(deps.paths.results(env.id), `${head}-${digest(request.haves)}.pack`)
    const { commit, mixed, packed } = await deps.workspaces.packWork(env.workspace, baseCommit, {
      haves: request.haves,
      file,
    })
    for (const name of await deps.files.list(deps.paths.results(env.id)))
      if (join(deps.paths.results(env.id), name) !== file)
        await deps.files.remove(join(deps.paths.results(env.id), name))
    const { project, name, id } = env
    const mirror = placeInMirrors(deps.paths.mirrors, directory)
    return { project, name, envId: id, commit, mixed, mirror, file: packed ? file : null }
  })
}

const digest = (oids: readonly string[]) => createHash('sha256').update(oids.join()).digest('hex').slice(0, 16)
