import { mkdir } from 'node:fs/promises'
import type { CopyMethod } from '../../core/envs/model.ts'
import type { SkippedFile, WorkspaceRequest } from '../../core/ports/workspaces.ts'
import { sharesBlocks } from './clone-probe.ts'
import { copySource } from './copy-source.ts'
import type { Source } from './source.ts'
import type { WorkspaceTools } from './tools.ts'

export interface Filled {
  method: CopyMethod
  files: number | null
  skipped: SkippedFile[]
}

/** Puts the files of the source (and its repository, still the source's own) where the workspace will be. */
export async function fillWorkspace(tools: WorkspaceTools, request: WorkspaceRequest, source: Source): Promise<Filled> {
  const { workspace, signal, onProgress } = request
  const shares = await sharesBlocks(source, workspace)
  const method = shares ? 'reflink' : 'copy'
  await tools.records.write({ workspace, method, base: null })
  await mkdir(workspace, { mode: 0o700 })
  const packs = shares ? null : tools.packs
  return { method, ...(await copySource(tools, { source, to: workspace, packs, signal, onProgress })) }
}
