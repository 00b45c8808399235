import { basename, dirname } from 'node:path'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { toAppError } from '../errors.ts'
import type { HomePaths } from '../home/paths.ts'
import type { Files, Store } from '../ports.ts'
import type { EnvRecord } from './model.ts'

interface MirrorDeps {
  files: Files
  paths: HomePaths
  log: (message: string) => void
}

/**
 * A store that keeps each env's record a second time, beside the env's own files: what an older database does not know
 * can then be told from what was destroyed. A mirror that cannot be written is only told of: the database counts.
 */
export function withMirror(store: Store, { files, paths, log }: MirrorDeps): Store {
  const locks = createKeyedLock()
  const mirror = (id: string) =>
    locks.run(id, async () => {
      // what the database says by now: of several changes the last one is written last
      const env = (await store.envs()).find((one) => one.id === id)
      // one that is being made is known to nobody yet, and is undone where the database forgets it
      if (env?.phase === 'creating') return
      const work = env ? files.writeText(paths.envRecord(id), textOf(env)) : files.remove(paths.envRecord(id))
      await work.catch((error) => log(`the record of env ${id} could not be mirrored: ${toAppError(error).message}`))
    })
  return {
    ...store,
    async addEnv(env) {
      await store.addEnv(env)
      await mirror(env.id)
    },
    async updateEnv(id, change) {
      await store.updateEnv(id, change)
      await mirror(id)
    },
    async removeEnv(id) {
      await store.removeEnv(id)
      await mirror(id)
      await files.removeIfEmpty(paths.envFiles(id))
    },
  }
}

/** Writes the mirrors that are missing or differ: of envs made by an older version, or while the disk was full. */
export async function completeMirrors(
  store: Store,
  { files, paths }: Pick<MirrorDeps, 'files' | 'paths'>,
): Promise<void> {
  for (const env of await store.envs())
    if ((await files.readText(paths.envRecord(env.id))) !== textOf(env)) await rewrite(store, env.id)
}

/** Changing nothing writes the mirror. Harmless for one that was destroyed meanwhile. */
async function rewrite(store: Store, id: string): Promise<void> {
  try {
    await store.updateEnv(id, {})
  } catch (error) {
    if (toAppError(error).code !== 'ENV_NOT_FOUND') throw error
  }
}

const textOf = (env: EnvRecord) => `${JSON.stringify(env, undefined, 2)}\n`

/** Envs that were whole when last heard of, and of which the database knows nothing: an older one was restored. */
export async function lostEnvs({
  files,
  paths,
  store,
}: Pick<MirrorDeps, 'files' | 'paths'> & { store: Store }): Promise<EnvRecord[]> {
  const ids = await files.list(dirname(paths.envFiles('x')))
  const mirrors = await Promise.all(ids.map((id) => readMirror(files, paths.envRecord(id))))
  const known = new Set((await store.envs()).map(({ id }) => id))
  const unknown = mirrors.flatMap((env) => (env?.phase === 'ready' && !known.has(env.id) ? env.id : []))
  // one that was destroyed just now was there a moment ago
  const still = await Promise.all(unknown.map((id) => readMirror(files, paths.envRecord(id))))
  return still.filter((env) => env !== undefined)
}

/** undefined where there is none, or none that can be read. */
async function readMirror(files: Files, path: string): Promise<EnvRecord | undefined> {
  try {
    const env = JSON.parse((await files.readText(path)) ?? 'null') as EnvRecord | null
    return env?.id === basename(dirname(path)) ? env : undefined
  } catch {
    return undefined
  }
}
