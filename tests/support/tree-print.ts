import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'

/**
 * Everything of a directory that a copy should have, one line a file: path, type, mode, size, time, link target,
 * contents. `exact` also has inodes, owners and directory times: equal only when nobody touched anything.
 */
export function treePrint(directory: string, { exact = false } = {}): string[] {
  const prune = exact ? [] : ['(', '-path', './.git', '-prune', ')', '-o']
  const format = exact ? '%P|%y|%m|%s|%T@|%C@|%i|%U:%G|%l\\0' : '%P|%y|%m|%T@|%l\\0'
  const printed = execFileSync('find', ['.', ...prune, '-printf', format], { cwd: directory, encoding: 'latin1' })
  const files = ['find', '.', ...prune, '-type', 'f', '-print0']
  const sums = execFileSync('sh', ['-c', `"$@" | xargs -0 -r sha1sum -z --`, 'sh', ...files], {
    cwd: directory,
    encoding: 'latin1',
    maxBuffer: 64 * 1024 * 1024,
  })
  // directories made one by one keep their times to the millisecond
  const lines = exact ? printed.split('\0') : printed.split('\0').map((line) => line.replace(/(\.\d{3})\d+\|/, '$1|'))
  return [...lines, ...sums.split('\0')].filter((line) => line !== '').sort()
}

/** The same as one short text. */
export function treeHash(directory: string): string {
  return createHash('sha1')
    .update(treePrint(directory, { exact: true }).join('\n'))
    .digest('hex')
}
