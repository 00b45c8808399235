import { rm } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { FileState, ResolverStep } from '../../core/names/resolver-model.ts'
import { checkSuffix, planResolver } from '../../core/names/resolver-plan.ts'
import { planUndo } from '../../core/names/resolver-undo.ts'
import type { Host } from '../../core/ports/host.ts'
import type { ResolverSetup } from '../../core/ports/names.ts'
import { quoteCommand } from '../../lib/quote.ts'
import { readFacts } from './facts.ts'
import { readState, writeState } from './file-states.ts'
import { readResolverRecord, writeResolverRecord } from './resolver-record.ts'

export interface ResolverSetupDependencies {
  host: Host
  platform: string
  /** Of this process. */
  uid: number
  recordFile: string
}

/** The resolver of the machine this process runs on. */
export function createResolverSetup(deps: ResolverSetupDependencies): ResolverSetup {
  const current = () => readResolverRecord(deps.recordFile)
  const planTakingBack = async () => {
    const record = await current()
    return record === null ? { steps: [], warnings: [] } : planUndo(record, await statesOf(record.steps))
  }
  return {
    current,
    async plan(wish) {
      checkSuffix(wish.suffix)
      return planResolver(await readFacts(deps, wish.suffix), wish, await current())
    },
    async apply({ method, wish, service, undo, steps }, command) {
      if (undo.length + steps.length === 0) return
      needRoot(deps.uid, command)
      await runSteps(undo, deps.host)
      // Written first: should the machine stop half way, all of it can still be undone.
      await writeResolverRecord(deps.recordFile, { version: 1, method, wish, service, steps })
      const done: ResolverStep[] = []
      try {
        await runSteps(steps, deps.host, done)
      } catch (error) {
        await runSteps(planUndo({ steps: done }, await statesOf(done)).steps, deps.host)
        await rm(deps.recordFile)
        throw error
      }
    },
    planUndo: planTakingBack,
    async undo(command) {
      if ((await current()) === null) return
      needRoot(deps.uid, command)
      await runSteps((await planTakingBack()).steps, deps.host)
      await rm(deps.recordFile)
    },
  }
}

function needRoot(uid: number, command: readonly string[]): void {
  if (uid === 0) return
  throw new AppError('NEEDS_ROOT', "changing the machine's resolver needs root", {
    hint: quoteCommand(['sudo', ...command]),
  })
}

async function runSteps(steps: readonly ResolverStep[], host: Host, done: ResolverStep[] = []): Promise<void> {
  for (const step of steps) {
    try {
      if (step.kind === 'file') await writeState(step.path, step.after)
      else await runStep(step.argv, host)
      done.push(step)
    } catch (cause) {
      const what = step.kind === 'file' ? step.path : quoteCommand(step.argv)
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new AppError('RESOLVER_FAILED', `${what}: ${reason}`, { cause })
    }
  }
}

async function runStep(argv: readonly string[], host: Host): Promise<void> {
  const { exitCode, stderr } = await host.run(argv, { timeoutMs: 30_000 })
  if (exitCode !== 0) throw new Error(stderr.trim() || `exit code ${exitCode}`)
}

async function statesOf(steps: readonly ResolverStep[]): Promise<Record<string, FileState>> {
  const states: Record<string, FileState> = {}
  for (const step of steps) if (step.kind === 'file') states[step.path] = await readState(step.path)
  return states
}
