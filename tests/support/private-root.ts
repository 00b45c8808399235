import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeDirectory } from './remove-directory.ts'
import { temporaryPrefix } from './temporary.ts'

/** A view of this machine's files in which all that is written stays in a directory that is thrown away. */
export interface PrivateRoot {
  /** What stands before the one program that is to run in it, with all it starts. */
  within: readonly string[]
  /** Removes what was written; whoever ran in it has ended. */
  close(): Promise<void>
}

/** An overlay over everything but the temporary directory and what the kernel and the services keep. */
const script = `
set -e
overlay=$1 temporary=$2 here=$PWD; shift 2
mount -t overlay overlay -o "lowerdir=/,upperdir=$overlay/upper,workdir=$overlay/work" "$overlay/root"
for each in /dev /proc /sys /run "$temporary"; do mount --rbind "$each" "$overlay/root$each"; done
exec chroot "$overlay/root" sh -c 'cd "$1"; shift; exec "$@"' sh "$here" "$@"`

/** Makes one; without root, or elsewhere than on Linux, programs run as they are: there they can write little outside of their own. */
export async function openPrivateRoot(): Promise<PrivateRoot> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { within: [], close: () => Promise.resolve() }
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}root-`))
  for (const part of ['upper', 'work', 'root']) await mkdir(join(directory, part))
  return {
    within: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', directory, tmpdir()],
    close: () => removeDirectory(directory),
  }
}
