import type { CopyMethod } from '../../core/envs/model.ts'

/** Copies paths below the working directory to the same places below `to`, with everything that can be kept of them. */
export function copyPaths(to: string, paths: readonly string[]): string[] {
  return ['cp', '-a', '--reflink=auto', '--parents', '-t', to, '--', ...paths]
}

/** The same for paths read from stdin, NUL after each: slower, but any name can be given. */
export function copyListed(to: string): string[] {
  return ['rsync', '-a', '--recursive', '--from0', '--files-from=-', '--', './', `${to}/`]
}

/** Fails where the file system cannot share blocks between two files. */
export function cloneFile(from: string, to: string): string[] {
  return ['cp', '--reflink=always', '--', from, to]
}

export const removeTree = (path: string): string[] => ['rm', '-rf', '--one-file-system', '--', path]

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

export const methodsWithBase: ReadonlySet<CopyMethod> = new Set(['overlay', 'btrfs-snapshot'])
