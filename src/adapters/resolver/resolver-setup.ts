import { lookup } from 'node:dns/promises'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { FileState, ResolverRecord, ResolverStep } from '../../core/names/resolver-model.ts'
import { checkSuffix, planResolver } from '../../core/names/resolver-plan.ts'
import { planUndo } from '../../core/names/resolver-undo.ts'
import { checkName } from '../../core/names/zone.ts'
import type { Host } from '../../core/ports/host.ts'
import type { ResolverSetup } from '../../core/ports/names.ts'
import { quoteCommand } from '../../lib/quote.ts'
import { readFacts } from './facts.ts'
import { readState, writeState } from './file-states.ts'

/** Where a machine's set-up is recorded: it concerns all users, so no user's home. Readable by everyone. */
export const resolverRecordFile = '/var/lib/berth/resolver.json'

export interface ResolverSetupDependencies {
  host: Host
  platform: string
  /** Of this process. */
  uid: number
  recordFile: string
}

/** The resolver of the machine this process runs on. */
export function createResolverSetup(deps: ResolverSetupDependencies): ResolverSetup {
  const current = () => readRecord(deps.recordFile)
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
      await writeRecord(deps.recordFile, { version: 1, method, wish, service, steps })
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
    reaches: (suffix) =>
      lookup(checkName(suffix), 4).then(
        ({ address }) => address === '127.0.0.1',
        () => false, // whatever the reason, the name was not found
      ),
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

async function readRecord(path: string): Promise<ResolverRecord | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return JSON.parse(text) as ResolverRecord
  } catch (cause) {
    throw new AppError('RESOLVER_FAILED', `${path} is damaged`, { cause, hint: `mend or remove ${path}` })
  }
}

async function writeRecord(path: string, record: ResolverRecord): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  const content = Buffer.from(`${JSON.stringify(record, null, 2)}\n`).toString('latin1')
  await writeState(path, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
}
