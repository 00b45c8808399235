import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SkippedFile } from '../../core/ports/workspaces.ts'
import { bytesAt } from './bytes.ts'
import { copyObjects } from './copy-objects.ts'
import type { CopyTools } from './copy-tree.ts'
import { copyTree } from './copy-tree.ts'
import type { Git } from './git.ts'
import { mendLeads } from './leads.ts'
import type { PackStore } from './packs.ts'
import { planCopy } from './plan-copy.ts'
import type { Change } from './scan-changes.ts'
import type { Source } from './source.ts'
import { surveyChanges } from './survey-changes.ts'
import { walk } from './walk.ts'

export interface ChangesJob {
  source: Source
  changes: readonly Change[]
  /** Inodes the source's directories had when `to` was like them. */
  directories: ReadonlyMap<string, string>
  /** A copy of the source as it was before the changes. */
  to: string
  packs: PackStore | null
  signal?: AbortSignal | undefined
}

/** Brings a copy of an earlier state up to date. */
export async function applyChanges(tools: CopyTools & { git: Git }, job: ChangesJob): Promise<SkippedFile[]> {
  const { source, to, signal } = job
  const survey = await surveyChanges(job)
  for (const path of survey.removed) await rm(bytesAt(to, path), { recursive: true, force: true })

  const skipped: SkippedFile[] = []
  const leads = [...survey.leads]
  const top = { path: '', directories: [], leaves: survey.leaves, files: survey.leaves.length, partial: true }
  const plans = [planCopy(top)]
  for (const { path, selection } of survey.trees) {
    const walked = await walk(source.root, selection, path)
    skipped.push(...walked.skipped)
    leads.push(...walked.leads)
    if (walked.top !== null) plans.push(planCopy(walked.top))
  }
  const opened = new Set([...survey.touched, ...plans.flatMap((plan) => plan.opened)])
  const plan = {
    opened: [...opened].sort((a, b) => a.length - b.length),
    batches: plans.flatMap(({ batches }) => batches),
    odd: plans.flatMap(({ odd }) => odd),
    files: 0,
  }
  skipped.push(...(await copyTree(tools, { from: source.root, to, plan, signal })))
  if (survey.objects && source.repository !== null) {
    const { commonDirectory } = source.repository
    await copyObjects(tools, { from: commonDirectory, to: join(to, '.git'), packs: job.packs, signal })
  }
  await mendLeads(tools.git, source, to, leads)
  return skipped
}
