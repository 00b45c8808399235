import { join } from 'node:path'
import type { SkippedFile } from '../../core/ports/workspaces.ts'
import { copyAttributes } from './attributes.ts'
import type { BytePath } from './bytes.ts'
import { copyObjects } from './copy-objects.ts'
import { copyRepositoryFiles } from './copy-repository-files.ts'
import type { CopyTools } from './copy-tree.ts'
import { copyTree } from './copy-tree.ts'
import type { Git } from './git.ts'
import { isDirectory } from './if-any.ts'
import { mendLeads } from './leads.ts'
import type { PackStore } from './packs.ts'
import { planCopy } from './plan-copy.ts'
import type { Repository } from './read-repository.ts'
import type { Selection } from './selection.ts'
import { separateRepository } from './separate-repository.ts'
import type { Source } from './source.ts'
import type { Walked } from './walk.ts'
import { walk, walkPieces } from './walk.ts'

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
 * Copies all a source has: of its repository first refs, then objects, so that each object a copied ref needs was there
 * before the ref was read; then it is made one of its own. The other files are copied beside that, the first of them
 * while the last are still looked for.
 */
export async function copySource(
  tools: CopyTools & { git: Git },
  { source, to, packs, signal: given, onProgress }: SourceCopy,
): Promise<{ files: number; skipped: SkippedFile[] }> {
  const crew = createCrew(given)
  const { signal } = crew
  const at = { files: 0, total: 0 }
  const skipped: SkippedFile[] = []
  const leads: BytePath[] = []
  const copyPiece = async (walked: Walked, limit = tools.limit) => {
    leads.push(...walked.leads)
    skipped.push(...walked.skipped)
    if (walked.top === null) return
    const plan = planCopy(walked.top)
    at.total += plan.files
    const onFiles = (more: number) => onProgress?.({ ...at, files: (at.files += more) })
    // the top is there, and finished when all is in it
    plan.opened = plan.opened.filter((path) => path !== '')
    skipped.push(...(await copyTree({ ...tools, limit }, { from: source.root, to, plan, signal, onFiles })))
  }
  const { files, repository } = await partsOf(source)
  crew.add(async () => {
    for await (const piece of walkPieces(source.root, files)) crew.add(() => copyPiece(piece))
  })
  crew.add(async () => {
    if (repository !== null) await copyPiece(await walk(source.root, repository, '.git'), tools.aside)
    if (source.repository === null) return
    await copyObjectsOf({ ...tools, limit: tools.aside }, { repository: source.repository, to, packs, signal })
    await separateRepository(tools.git, source.repository, to)
  })
  await crew.done()
  await copyAttributes(source.root, to)
  await mendLeads(tools.git, source, to, leads)
  return { files: at.total, skipped }
}

/** What of the source goes by itself: the repository, where it lies in the source, and all else. */
async function partsOf({ root, selection }: Source): Promise<{ files: Selection; repository: Selection | null }> {
  const repository = (await isDirectory(join(root, '.git'))) ? selection.below('.git', true) : null
  if (repository === null) return { files: selection, repository }
  const below: Selection['below'] = (path, directory) => (path === '.git' ? null : selection.below(path, directory))
  return { files: { ...selection, below }, repository }
}

async function copyObjectsOf(
  tools: CopyTools,
  { repository, to, packs, signal }: { repository: Repository; to: string } & Pick<SourceCopy, 'packs' | 'signal'>,
): Promise<void> {
  const target = join(to, '.git')
  await copyRepositoryFiles(tools, repository, target, signal)
  await copyObjects(tools, { from: repository.commonDirectory, to: target, packs, signal })
}

/** Works side by side, each of which may add others; the first failure stops all, and is thrown once they have ended. */
function createCrew(given: AbortSignal | undefined) {
  const stop = new AbortController()
  const signal = given ? AbortSignal.any([given, stop.signal]) : stop.signal
  const atWork = new Set<Promise<void>>()
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!stop.signal.aborted) stop.abort(error)
    }
  }
  return {
    signal,
    add(work: () => Promise<void>): void {
      const working = attempt(work).finally(() => atWork.delete(working))
      atWork.add(working)
    },
    async done(): Promise<void> {
      while (atWork.size > 0) await Promise.all(atWork)
      stop.signal.throwIfAborted()
    },
  }
}
