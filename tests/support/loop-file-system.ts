import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type LoopKind = 'ext4' | 'xfs' | 'btrfs'

/** Why this machine cannot mount such a file system, or null: it can. */
export function whyNoLoop(kind: LoopKind): string | null {
  if (process.getuid?.() !== 0) return 'needs root'
  if (!readFileSync('/proc/filesystems', 'utf8').includes(kind)) return `the kernel has no ${kind}`
  try {
    execFileSync('sh', ['-c', `command -v mkfs.${kind} && command -v losetup`])
    return null
  } catch {
    return `mkfs.${kind} is not installed`
  }
}

/** A file system of its own in a file; `close` unmounts and deletes it. Size in MiB (xfs takes at least 300). */
export function mountLoop(kind: LoopKind, sizeMiB = 512): { directory: string; close: () => void } {
  const root = mkdtempSync(join(tmpdir(), `berth-${kind}-`))
  const [image, directory] = [join(root, 'image'), join(root, 'mounted')]
  writeFileSync(image, '')
  truncateSync(image, sizeMiB * 1024 * 1024)
  mkdirSync(directory)
  execFileSync(`mkfs.${kind}`, [kind === 'ext4' ? '-Fq' : kind === 'xfs' ? '-fq' : '-fq', image])
  execFileSync('mount', ['-o', 'loop', image, directory])
  return {
    directory,
    close() {
      // lazy: the engine lets go of a container's mounts a moment after the container is gone
      execFileSync('umount', ['--lazy', directory])
      rmSync(root, { recursive: true, force: true })
    },
  }
}
