import { join } from 'node:path'
import type { SkippedFile } from '../../core/ports/workspaces.ts'
import { copyObjects } from './copy-objects.ts'
import { copyRepositoryFiles } from './copy-repository-files.ts'
import type { CopyTools } from './copy-tree.ts'
import { copyTree } from './copy-tree.ts'
import type { Git } from './git.ts'
import { mendLeads } from './leads.ts'
import type { PackStore } from './packs.ts'
import { planCopy } from './plan-copy.ts'
import type { Source } from './source.ts'
import { walk } from './walk.ts'

export interface SourceCopy {
  source: Source
  /** Absolute; an empty directory. */
  to: string
  /** null where files share blocks. */
  packs: PackStore | null
  signal?: AbortSignal | undefined
  onProgress?: ((progress: { files: number; total: number }) => void) | undefined
}

/**
 * Copies all a source has: files first, then objects, so that each object a copied ref needs was there before the ref
 * was read.
 */
export async function copySource(
  tools: CopyTools & { git: Git },
  { source, to, packs, signal, onProgress }: SourceCopy,
): Promise<{ files: number; skipped: SkippedFile[] }> {
  const { top, skipped, leads } = await walk(source.root, source.selection)
  const plan = planCopy(top ?? { path: '', directories: [], leaves: [], files: 0, partial: false })
  let files = 0
  const onFiles = (more: number) => onProgress?.({ files: (files += more), total: plan.files })
  skipped.push(...(await copyTree(tools, { from: source.root, to, plan, signal, onFiles })))

  if (source.repository !== null) {
    const { repository } = source
    const target = join(to, '.git')
    await copyRepositoryFiles(tools, repository, target, signal)
    await copyObjects(tools, { from: repository.commonDirectory, to: target, packs, signal })
  }
  await mendLeads(tools.git, source, to, leads)
  return { files: plan.files, skipped }
}
