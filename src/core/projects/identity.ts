import { join, relative } from 'node:path'
import type { HomePaths } from '../home/paths.ts'
import type { Files } from '../ports.ts'

/** A directory in the copy of a project of another machine. */
export interface MirrorPlace {
  /** The copy, by its key. */
  key: string
  /** Where in it; '' is its top. */
  prefix: string
}

/** The copy of the project a caller on another machine stands in. */
export interface CallersMirror extends MirrorPlace {
  /** What tells its repository from others; empty where nothing does. */
  identity: string[]
}

/** `<mirrors>/<key>/tree/<name>/<prefix>`; null for a directory of this machine's own. */
export function placeInMirrors(mirrors: string, directory: string): MirrorPlace | null {
  const [key, tree, , ...prefix] = relative(mirrors, directory).split('/')
  return key !== undefined && key !== '..' && tree === 'tree' ? { key, prefix: prefix.join('/') } : null
}

/** Whether two are copies of one repository: any one thing they have in common says so. */
export const isSameRepository = (one: readonly string[], other: readonly string[]): boolean =>
  one.some((mark) => other.includes(mark))

type IdentityDeps = { files: Pick<Files, 'readText' | 'writeText'>; paths: Pick<HomePaths, 'mirrors'> }

const fileOf = ({ mirrors }: Pick<HomePaths, 'mirrors'>, key: string) => join(mirrors, key, 'identity.json')

/** What is remembered of a copy's repository; empty where nothing is. */
export async function identityOf({ files, paths }: IdentityDeps, key: string): Promise<string[]> {
  const text = await files.readText(fileOf(paths, key))
  return text === undefined ? [] : (JSON.parse(text) as string[])
}

/** Remembers it, beside the copy and for as long as that is there. */
export async function noteIdentity({ files, paths }: IdentityDeps, { key, identity }: CallersMirror): Promise<void> {
  if (!/^[\w-]+$/.test(key) || (await files.readText(join(paths.mirrors, key, 'mirror.json'))) === undefined) return
  await files.writeText(fileOf(paths, key), JSON.stringify(identity))
}
