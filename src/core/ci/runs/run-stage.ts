import { createHash } from 'node:crypto'
import { constants } from 'node:os'
import { quoteCommand } from '../../../lib/quote.ts'
import { processMark, type StageEnd, type StageMachine, type StagePart, type StageProcess } from '../../ports/ci.ts'
import type { Preparation } from '../detect/model.ts'
import type { Stage, StageResult } from '../model.ts'
import type { RunSpec } from './execute-run.ts'

/** One stage, and where it runs. */
export interface StageRun extends Pick<RunSpec, 'root' | 'env' | 'options' | 'secret'> {
  id: string
  stage: Stage
  machine: StageMachine
  log: StageLog
  note: (text: string) => void
  away: (isAway: boolean) => void
  signal: AbortSignal
}

/** What a stage writes, on disk. */
export interface StageLog {
  /** Absolute path. */
  file: string
  write: (text: string) => Promise<void>
  size: () => Promise<number>
  cut: (size: number) => Promise<void>
  /** The part an earlier daemon had under way. */
  part: StagePart | undefined
  savePart: (part: StagePart) => Promise<void>
}

/** A program on the way to a stage's end. */
interface Part {
  argv: readonly string[]
  /** Said before it; null: it says so itself. */
  text: string | null
  directory: string
}

/** Runs what a stage is made of, each part only when the one before it succeeded; returns how the last one ended. */
export async function runStage(run: StageRun): Promise<StageEnd> {
  const deadline = run.options.timeoutMs ?? run.stage.timeoutMs
  const started = performance.now()
  let end: StageEnd = { exitCode: 0, timedOut: false }
  for (const [number, part] of partsOf(run).entries()) {
    if (number < (run.log.part?.number ?? 0)) continue
    const left = deadline === null ? null : Math.max(1, deadline - (performance.now() - started))
    end = await runPart(run, part, number, left)
    if (end.exitCode !== 0) break
  }
  return end
}

async function runPart(run: StageRun, part: Part, number: number, timeoutMs: number | null): Promise<StageEnd> {
  const { stage, root, env, machine } = run
  const id = `${run.id}-${number}`
  const ownEnv = { ...pick(env, stage.reads), ...stage.env, ...stageVariables(stage) }
  const process: StageProcess = {
    id,
    title: stage.name,
    argv: part.argv,
    root,
    directory: part.directory,
    env: { ...env, ...stage.env, ...stageVariables(stage), [processMark]: id },
    ownEnv,
    secret: createHash('sha256').update(`${run.secret} ${id}`).digest('hex').slice(0, 16),
    from: await beginPart(run.log, number, part.text === null ? '' : `$ ${part.text}\n`),
    log: run.log.file,
    timeoutMs,
    note: run.note,
    away: run.away,
  }
  return machine.run(process, run.signal)
}

/** Says what is run, once; returns how much of what the part writes is there already. */
async function beginPart(log: StageLog, number: number, head: string): Promise<number> {
  const size = await log.size()
  const start = log.part?.number === number ? log.part.start : size
  const from = size - start - Buffer.byteLength(head)
  if (log.part?.number === number && from >= 0) return from
  // before the head is written: whoever takes over from here begins the part again
  await log.savePart({ number, start })
  await log.cut(start)
  await log.write(head)
  return 0
}

function partsOf({ stage, options }: StageRun): Part[] {
  const { command, fix, prepare, directory } = stage
  return [
    ...(prepare === null ? [] : [prepareIfMissing(prepare)]),
    ...(options.fix && fix !== null ? [{ ...fix, directory }] : []),
    { ...command, directory },
  ]
}

/** Only the machine it runs on can tell whether it is needed. */
function prepareIfMissing({ missing, argv, directory }: Preparation): Part {
  const script = 'test -e "$1" && exit 0; printf "%s\\n" "$2"; cd -- "$3" || exit; shift 3; exec "$@"'
  const words = [missing, `$ ${quoteCommand(argv)}`, directory === '' ? '.' : directory]
  return { argv: ['/bin/sh', '-c', script, 'sh', ...words, ...argv], text: null, directory: '' }
}

/** What every stage is told: tools that ask people, or draw for them, look for CI. */
const stageVariables = ({ name }: Stage) => ({ CI: 'true', BERTH_CI_STAGE: name, TERM: 'dumb' })

const pick = (env: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))

/** How a stage ended, for its result. */
export function endText({ exitCode, timedOut }: StageEnd, aborted: boolean): Partial<StageResult> {
  if (aborted) return { state: 'cancelled', exitCode, reason: null }
  if (timedOut) return { state: 'timed-out', exitCode: null, reason: 'it took longer than its deadline' }
  if (exitCode === 0) return { state: 'passed', exitCode: 0 }
  const aside = exitCode === 127 ? ' (a command was not found)' : signalAside(exitCode)
  return { state: 'failed', exitCode, reason: `exit code ${exitCode}${aside}` }
}

function signalAside(exitCode: number): string {
  const [name] = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128) ?? []
  return name === undefined ? '' : ` (${name})`
}
