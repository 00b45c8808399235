/** Copies paths below the working directory to the same places below `to`, with everything that can be kept of them. */
export function copyPaths(to: string, paths: readonly string[]): string[] {
  return ['cp', '-a', '--reflink=auto', '--remove-destination', '--parents', '-t', to, '--', ...paths]
}

/** The same for paths read from stdin, NUL after each: slower, but any name can be given. */
export function copyListed(to: string): string[] {
  return ['rsync', '-a', '--recursive', '--from0', '--files-from=-', '--', './', `${to}/`]
}

export const removeTree = (path: string): string[] => ['rm', '-rf', '--', path]

/** Makes the directories of a tree writable so that they can be emptied; follows no links. */
export const openDirectories = (path: string): string[] => [
  'find',
  path,
  '-xdev',
  '-type',
  'd',
  '!',
  '-perm',
  '-700',
  '-exec',
  'chmod',
  'u+rwx',
  '--',
  '{}',
  '+',
]

/**
 * Everything at `paths` (relative to the working directory, '' for itself) and below whose status changed after `since`
 * (ms since 1970): `type inode ./path`, NUL after each.
 */
export function listChanged(paths: readonly string[], since: number, { depth }: { depth?: number } = {}): string[] {
  const newer = ['-newerct', `@${(since / 1000).toFixed(3)}`]
  // an object of git never changes: where no name came or went, none needs a look
  const sameObjects = ['-path', './.git/objects/??', '!', ...newer, '-prune']
  const limit = depth === undefined ? [] : ['-maxdepth', `${depth}`]
  return ['find', ...paths.map(startOf), ...limit, ...sameObjects, '-o', ...newer, '-printf', '%y %i %p\\0']
}

/** Every directory below the working directory, itself included, in the same form. */
export const listDirectories = (): string[] => ['find', '.', '-type', 'd', '-printf', '%y %i %p\\0']

const startOf = (path: string) => (path === '' ? '.' : `./${path}`)

/** `lower` is never written to; `upper` takes the changes. Options a distribution may have set otherwise are named. */
export function mountOverlay(lower: string, upper: string, work: string, target: string): string[] {
  const layers = [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`]
  const options = [...layers, 'redirect_dir=on', 'index=off', 'metacopy=off', 'xino=off']
  return ['mount', '-t', 'overlay', '-o', options.join(','), 'berth', target]
}

/** A view of layers, the uppermost first, that nobody can change. */
export function mountReadOnly(layers: readonly string[], target: string): string[] {
  const options = ['ro', `lowerdir=${layers.join(':')}`, 'redirect_dir=follow', 'index=off', 'metacopy=off', 'xino=off']
  return ['mount', '-t', 'overlay', '-o', options.join(','), 'berth', target]
}

/** Copies what is in an overlay's layer, its marks of deleted files too. */
export function copyLayer(paths: readonly string[], to: string): string[] {
  return ['cp', '-a', '--reflink=auto', '-t', to, '--', ...paths]
}

export const unmount = (target: string): string[] => ['umount', target]

/** Out of sight at once, and gone when the last process has left it. */
export const unmountLazily = (target: string): string[] => ['umount', '--lazy', target]

export const createSubvolume = (path: string): string[] => ['btrfs', 'subvolume', 'create', path]
export const snapshotSubvolume = (from: string, to: string): string[] => ['btrfs', 'subvolume', 'snapshot', from, to]
export const freezeSubvolume = (from: string, to: string): string[] => [
  'btrfs',
  'subvolume',
  'snapshot',
  '-r',
  from,
  to,
]
export const deleteSubvolume = (path: string): string[] => ['btrfs', 'subvolume', 'delete', path]
/** Subvolumes inside one; a snapshot would have them empty. Only root may ask. */
export const listSubvolumes = (path: string): string[] => ['btrfs', 'subvolume', 'list', '-o', path]

/** Size on disk in KiB, one file system. */
export const sizeOnDisk = (path: string): string[] => ['du', '-skx', path]
