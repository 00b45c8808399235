import { AppError } from '../../core/errors.ts'
import { exists } from './if-any.ts'
import { removeDirectory } from './remove-tree.ts'
import type { WorkspaceTools } from './tools.ts'

/** Removes a workspace, finished or half made. Only what `createWorkspace` has noted as its own is touched. */
export async function removeWorkspace({ host, records }: WorkspaceTools, workspace: string): Promise<void> {
  if ((await records.read(workspace)) === null) {
    if (!(await exists(workspace))) return
    throw new AppError('WORKSPACE_FAILED', `${workspace} was not made by Berth and is left alone`)
  }
  await removeDirectory(host, workspace)
  await records.forget(workspace)
}
