import { isDeepStrictEqual } from 'node:util'
import { withoutNameServer } from './resolv-conf.ts'
import type { FileState, ResolverRecord, ResolverStep } from './resolver-model.ts'

/**
 * How to take a set-up back, last step first. A file that still is as Berth left it becomes exactly what it was before;
 * one that something else has changed keeps that change and loses only what Berth put in.
 */
export function planUndo(
  { steps }: Pick<ResolverRecord, 'steps'>,
  files: Record<string, FileState>,
): { steps: ResolverStep[]; warnings: string[] } {
  const undone: ResolverStep[] = []
  const warnings: string[] = []
  for (const step of steps.toReversed()) {
    if (step.kind === 'run') {
      undone.push({ ...step, argv: step.undoArgv, undoArgv: step.argv })
      continue
    }
    const now = files[step.path] ?? { kind: 'absent' }
    const target = isDeepStrictEqual(now, step.after) ? step.before : cleaned(now, step.before)
    if (!isDeepStrictEqual(now, target)) undone.push({ kind: 'file', path: step.path, before: now, after: target })
    if (!isDeepStrictEqual(target, step.before))
      warnings.push(`${step.path} was changed by something else; that change stays`)
  }
  // What reads the files is told when all of them are as they were.
  return { steps: [...undone.filter(isFile), ...undone.filter((step) => !isFile(step))], warnings }
}

/** The state of the files once these steps are done. */
export function filesAfter(
  files: Record<string, FileState>,
  steps: readonly ResolverStep[],
): Record<string, FileState> {
  return { ...files, ...Object.fromEntries(steps.filter(isFile).map(({ path, after }) => [path, after])) }
}

function cleaned(now: FileState, before: FileState): FileState {
  if (now.kind !== 'file') return now
  const content = withoutNameServer(now.content)
  return before.kind === 'file' && content === before.content ? before : { ...now, content }
}

function isFile(step: ResolverStep): step is ResolverStep & { kind: 'file' } {
  return step.kind === 'file'
}
