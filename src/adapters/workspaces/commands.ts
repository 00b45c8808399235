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

/** Everything below `root` whose status changed after `since` (ms since 1970): `type inode path`, NUL after each. */
export const listChanged = (root: string, since: number): string[] => [
  'find',
  root,
  '-newerct',
  `@${(since / 1000).toFixed(3)}`,
  '-printf',
  '%y %i %P\\0',
]

/** Every directory below `root`, itself included, in the same form. */
export const listDirectories = (root: string): string[] => ['find', root, '-type', 'd', '-printf', '%y %i %P\\0']

/** `lower` is never written to; `upper` takes the changes. Options a distribution may have set otherwise are named. */
export function mountOverlay(lower: string, upper: string, work: string, target: string): string[] {
  const layers = [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`]
  const options = [...layers, 'redirect_dir=on', 'index=off', 'metacopy=off', 'xino=off']
  return ['mount', '-t', 'overlay', '-o', options.join(','), 'berth', target]
}

export const unmount = (target: string): string[] => ['umount', target]

/** Out of sight at once, and gone when the last process has left it. */
export const unmountLazily = (target: string): string[] => ['umount', '--lazy', target]

export const createSubvolume = (path: string): string[] => ['btrfs', 'subvolume', 'create', path]
export const snapshotSubvolume = (from: string, to: string): string[] => ['btrfs', 'subvolume', 'snapshot', from, to]
export const deleteSubvolume = (path: string): string[] => ['btrfs', 'subvolume', 'delete', path]
/** Subvolumes inside one; a snapshot would have them empty. Only root may ask. */
export const listSubvolumes = (path: string): string[] => ['btrfs', 'subvolume', 'list', '-o', path]

/** Size on disk in KiB, one file system. */
export const sizeOnDisk = (path: string): string[] => ['du', '-skx', path]
