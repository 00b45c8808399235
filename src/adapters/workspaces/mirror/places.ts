import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import type { MirrorName } from '../../../core/machines/sync/model.ts'
import type { BytePath } from '../bytes.ts'
import { textOf } from '../bytes.ts'

/** Where the parts of one mirror lie; all are below its own directory. */
export interface MirrorPlaces {
  /** Its own directory, `<top>/<key>`. */
  own: string
  /** The project. */
  tree: string
  incoming: string
}

/** The places of a mirror. Throws NAME_INVALID for names that would lead elsewhere. */
export function placesOf(top: string, { key, name }: MirrorName): MirrorPlaces {
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(key)) throw invalid('key', key)
  // eslint-disable-next-line no-control-regex
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > 255 || /[/\0\n]/.test(name))
    throw invalid('name', name)
  const own = join(top, key)
  return { own, tree: join(own, 'tree', name), incoming: join(own, 'incoming') }
}

/** Where a unit of it lies. Throws NAME_INVALID for a path that is not below the tree, be it through a link. */
export async function placeOfUnit(tree: string, path: BytePath): Promise<string> {
  if (path === '') return tree
  const parts = path.split('/')
  if (
    parts.some((part) => part === '' || part === '.' || part === '..' || /^\.git$/i.test(part)) ||
    path.includes('\0')
  )
    throw invalid('path', path)
  const place = join(tree, textOf(path))
  const parent = await realpath(dirname(place))
  if (relative(await realpath(tree), parent).startsWith('..')) throw invalid('path', path)
  return place
}

/** Where what Berth keeps of a unit lies. */
export const keptOf = (own: string, path: BytePath) =>
  join(own, 'units', createHash('sha256').update(path).digest('hex').slice(0, 12))

/** Where a pack was brought to. */
export function incomingPack({ incoming }: MirrorPlaces, name: string): string {
  if (!/^[0-9a-f]{8,64}\.pack$/.test(name)) throw invalid('pack', name)
  return join(incoming, name)
}

const invalid = (what: string, given: string) =>
  new AppError('NAME_INVALID', `${JSON.stringify(given)} is no ${what} of a mirror`, {
    hint: 'berth gc, then run it again',
  })
