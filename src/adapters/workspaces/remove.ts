import { join } from 'node:path'
import type { CopyMethod } from '../../core/envs/model.ts'
import { AppError } from '../../core/errors.ts'
import { dropSubvolume, isSubvolume } from './btrfs.ts'
import { dropFrozen } from './frozen.ts'
import { exists } from './if-any.ts'
import { mountWorkspace, unmountWorkspace } from './overlay.ts'
import { refuseMounts, removeDirectory } from './remove-tree.ts'
import type { WorkspaceTools } from './tools.ts'

/** Removes a workspace, finished or half made. Only what `createWorkspace` has noted as its own is touched. */
export async function removeWorkspace({ host, records }: WorkspaceTools, workspace: string): Promise<void> {
  const record = await records.read(workspace)
  if (record === null) {
    if (!(await exists(workspace))) return
    throw new AppError('WORKSPACE_FAILED', `${workspace} was not made by Berth and is left alone`)
  }
  await refuseMounts(workspace, workspace)
  if (record.method === 'overlay') await unmountWorkspace(host, workspace)
  if (record.method === 'btrfs-snapshot' && (await isSubvolume(workspace))) await dropSubvolume(host, workspace)
  await removeDirectory(host, workspace)
  await dropFrozen({ host, records }, workspace)
  // the record last: without it nobody would know whose layers these are
  for (const layer of ['upper', 'work']) await removeDirectory(host, join(records.directory(workspace), layer))
  await records.forget(workspace)
}

/** Notes that a workspace is ours whose own note is lost: what it was mounted over is not known any more. */
export async function claimWorkspace(
  { records }: WorkspaceTools,
  workspace: string,
  method: CopyMethod,
): Promise<void> {
  if ((await records.read(workspace)) !== null || !(await exists(workspace))) return
  await records.write({ workspace, method, base: null })
}

/** Mounts a workspace again that a reboot has unmounted. */
export async function restoreWorkspace({ host, records }: WorkspaceTools, workspace: string): Promise<void> {
  const record = await records.read(workspace)
  if (record?.method !== 'overlay' || record.base === null) return
  await mountWorkspace(host, { lower: `${record.base}/tree`, layers: records.directory(workspace), workspace })
}
