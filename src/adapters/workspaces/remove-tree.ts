import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import { openDirectories, removeTree } from './commands.ts'
import { plainEnvironment } from './environment.ts'
import { exists, textIfAny } from './if-any.ts'
import { mountsBelow } from './parse.ts'

/**
 * Removes a directory of ours and all below it, however its files are protected; follows no link out of it. Refuses
 * while something else is mounted inside, whose files would go too. Throws WORKSPACE_FAILED.
 */
export async function removeDirectory(host: Host, path: string): Promise<void> {
  if (!(await exists(path))) return
  await refuseMounts(path)
  const run = (argv: string[]) => host.run(argv, { env: plainEnvironment() })
  for (let attempt = 1; ; attempt += 1) {
    const { exitCode, stderr } = await run(removeTree(path))
    if (exitCode === 0) return
    if (attempt > 1 && !(attempt <= attempts && stderr.includes('Directory not empty'))) throw notRemoved(path, stderr)
    await run(openDirectories(path))
  }
}

/** Throws WORKSPACE_FAILED when something is mounted below a path, other than at `own`. */
export async function refuseMounts(path: string, own?: string): Promise<void> {
  const mounts = (await mountsIn(path)).filter((point) => point !== own)
  if (mounts.length === 0) return
  throw new AppError('WORKSPACE_FAILED', `something is mounted at ${mounts[0]}, inside what is to be removed`, {
    hint: `umount ${mounts.at(-1)}, then run it again`,
    details: { mounts },
  })
}

/** A copying program outlives a killed daemon by seconds, and fills what is being removed until it finds nothing left. */
const attempts = 50

function notRemoved(path: string, stderr: string): AppError {
  const lines = stderr.split('\n').filter((line) => line !== '')
  return new AppError('WORKSPACE_FAILED', `${path} cannot be removed: ${lines[0] ?? 'rm failed'}`, {
    hint: `a container has probably left files of root there: sudo rm -rf ${path}`,
    details: { path, lines: lines.slice(0, 10) },
  })
}

/** Mount points at a path and below, the deepest last; none where the system does not tell (macOS). */
export async function mountsIn(path: string): Promise<string[]> {
  return mountsBelow((await textIfAny('/proc/self/mountinfo')) ?? '', path)
}
