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
  const mounted = await mountsIn(path)
  if (mounted.length > 0)
    throw new AppError('WORKSPACE_FAILED', `something is mounted at ${mounted[0]}, inside what is to be removed`, {
      hint: `umount ${mounted.at(-1)}, then run it again`,
      details: { mounts: mounted },
    })
  const run = (argv: string[]) => host.run(argv, { env: plainEnvironment() })
  if ((await run(removeTree(path))).exitCode === 0) return
  await run(openDirectories(path))
  const { exitCode, stderr } = await run(removeTree(path))
  if (exitCode !== 0) throw notRemoved(path, stderr)
}

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
