import { randomUUID } from 'node:crypto'
import { mkdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import { copyAttributes } from './attributes.ts'
import { mountOverlay, unmount, unmountLazily } from './commands.ts'
import { plainEnvironment } from './environment.ts'
import { exists } from './if-any.ts'
import { mountsIn } from './remove-tree.ts'

/** Where an overlay takes its files from and puts its changes. */
export interface OverlayPlace {
  /** The frozen copy, absolute. */
  lower: string
  /** Directory for the layers of this workspace alone, absolute; on a file system overlays can write to. */
  layers: string
  workspace: string
}

/** Paths with other characters mean something in mount options. */
const plainPath = /^[\w@%+=./-]+$/

/** Whether a workspace can be an overlay: root on Linux, paths that can be said to mount, a file system that fits. */
export async function overlayPossible(host: Host, temporary: string, paths: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  if (![temporary, ...paths].every((path) => plainPath.test(path))) return false
  const probe = join(temporary, `overlay-${randomUUID()}`)
  const [lower, workspace] = [join(probe, 'lower'), join(probe, 'workspace')]
  try {
    await mkdir(lower, { recursive: true })
    await mountWorkspace(host, { lower, layers: probe, workspace })
    await unmountWorkspace(host, workspace)
    return true
  } catch (error) {
    if (error instanceof AppError && (error.code === 'NOT_SUPPORTED' || error.code === 'TOOL_MISSING')) return false
    throw error
  } finally {
    await rm(probe, { recursive: true, force: true })
  }
}

/** Mounts it, unless it is mounted. Throws NOT_SUPPORTED where the kernel or the file system refuses. */
export async function mountWorkspace(host: Host, { lower, layers, workspace }: OverlayPlace): Promise<void> {
  if ((await mountsIn(workspace)).includes(workspace)) return
  if (!(await exists(lower)))
    throw new AppError('WORKSPACE_FAILED', `the base of ${workspace} is gone`, { details: { base: lower, layers } })
  const [upper, work] = [join(layers, 'upper'), join(layers, 'work')]
  for (const directory of [workspace, work]) await mkdir(directory, { recursive: true, mode: 0o700 })
  if (!(await exists(upper))) await makeUpper(lower, upper)
  const { exitCode, stderr } = await host.run(mountOverlay(lower, upper, work, workspace), { env: plainEnvironment() })
  if (exitCode !== 0) throw new AppError('NOT_SUPPORTED', `an overlay cannot be mounted here: ${stderr.trim()}`)
}

/** The top of an overlay has the attributes of its upper layer's. */
async function makeUpper(lower: string, upper: string): Promise<void> {
  await mkdir(upper)
  await copyAttributes(lower, upper)
}

/** Unmounts it, also while a process still stands in it. Harmless when it is not mounted. */
export async function unmountWorkspace(host: Host, workspace: string): Promise<void> {
  const env = plainEnvironment()
  while ((await mountsIn(workspace)).includes(workspace)) {
    if ((await host.run(unmount(workspace), { env })).exitCode === 0) continue
    const { exitCode, stderr } = await host.run(unmountLazily(workspace), { env })
    if (exitCode !== 0) throw new AppError('WORKSPACE_FAILED', `${workspace} cannot be unmounted: ${stderr.trim()}`)
  }
  if (await exists(workspace)) await rmdir(workspace)
}
