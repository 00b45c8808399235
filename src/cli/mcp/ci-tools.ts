import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { failure } from '../failure.ts'
import type { CiRun } from '../ui/ci.ts'
import { isFailure, lastLines, stageSummary, type WatchedRun, watchRun } from './ci-runs.ts'
import { type Tool, type ToolAnswer, type ToolContext, tool } from './tool.ts'

const directory = z.string().optional().describe('directory of the repository; where the server was started, if absent')
const lines = z.number().int().min(1).max(2000).default(60).describe('of the end of the output of what failed')
const on = z
  .array(z.string())
  .default([])
  .describe(
    'machines to run on: connected ones (berth machines), or any user@host that ssh reaches; this one, if empty',
  )
const stages = z.array(z.string()).default([]).describe('by name; all enabled ones, if empty')
const noCache = z.boolean().default(false).describe('run also what passed with the same files')

const fix = z.boolean().default(false).describe('mend first what the stages can mend, which changes files')
const timeoutSeconds = z.number().positive().optional().describe('deadline of each stage')

/** Tools for the checks of a repository. */
export const ciTools: Readonly<Record<string, Tool>> = {
  ci_list: tool({
    description: "List the repository's checks (stages): what each runs, where, and which file says so.",
    input: { directory },
    readOnly: true,
    async run(context, input) {
      const client = await context.client()
      const found = await client.call('ci.list', { directory: place(context, input) })
      const text = found.stages.map(({ name, command, directory: where }) => `${name}: ${command}${inside(where)}`)
      return { text: text.join('\n') || 'no stages', data: found }
    },
  }),

  ci_stale_stages: tool({
    description:
      'Say which stages would run now: those whose files, command or tools changed since they last passed. The others are cached.',
    input: { directory, stages, on },
    readOnly: true,
    async run(context, input) {
      const client = await context.client()
      const wish = { directory: place(context, input), stages: input.stages, needed: true, on: input.on }
      const plan = await client.call('ci.plan', { ...wish, environment: environment(context) })
      const stale = plan.stages.filter(({ cached }) => !cached)
      const text = stale.map(
        ({ name, missing }) => `${name}${missing === null ? '' : `: its tool is missing, ${missing}`}`,
      )
      return { text: text.join('\n') || 'nothing: all stages passed with these files', data: { stale, ...plan } }
    },
  }),

  ci_run_stage: tool({
    description:
      'Run one stage, behind those it depends on, and wait for its end. Answers with its outcome and the end of its output if it failed.',
    input: { stage: z.string(), directory, on, noCache, fix, timeoutSeconds, lines },
    readOnly: false,
    run: (context, { stage, ...input }) => runStages(context, input, [stage]),
  }),

  ci_run_all: tool({
    description:
      'Run all enabled stages, but for those that passed with the same files, and wait for their end. Answers with the outcome of each and the end of the output of those that failed.',
    input: {
      directory,
      on,
      noCache,
      fix,
      failFast: z.boolean().default(false).describe('end at the first failure'),
      parallel: z.number().int().min(1).max(64).default(1).describe('so many stages at once'),
      timeoutSeconds,
      lines,
    },
    readOnly: false,
    run: (context, input) => runStages(context, input, []),
  }),

  ci_runs: tool({
    description:
      'List the last runs of the checks of a repository, the newest first: id, outcome, where, which stages failed.',
    input: { directory, count: z.number().int().min(1).max(100).default(10) },
    readOnly: true,
    async run(context, input) {
      const client = await context.client()
      const { runs: all } = await client.call('ci.runs', { directory: place(context, input) })
      const runs = all.slice(0, input.count)
      const text = runs.map((run) => `${run.id}: ${run.state} on ${run.machine}${failedOf(run)}`)
      return { text: text.join('\n') || 'no runs yet', data: { runs } }
    },
  }),

  ci_kill: tool({
    description: 'End a run under way, and everything its stages started.',
    input: { run: z.string().describe('id of a run') },
    readOnly: false,
    async run(context, input) {
      const client = await context.client()
      const { run } = await client.call('ci.kill', { run: input.run })
      return { text: `run ${run.id}: ${run.state}`, data: { run } }
    },
  }),

  ci_invalidate: tool({
    description: 'Forget that stages passed with the files as they are now, so that the next run runs them.',
    input: { stages, directory },
    readOnly: false,
    async run(context, input) {
      const client = await context.client()
      const wish = { directory: place(context, input), stages: input.stages, environment: environment(context) }
      const { forgotten } = await client.call('ci.forget', wish)
      return {
        text: forgotten.length === 0 ? 'nothing was cached' : `forgotten: ${forgotten.join(', ')}`,
        data: { forgotten },
      }
    },
  }),

  ci_explain_failure: tool({
    description:
      'Explain why checks failed: for each failed stage of a run (the last one here, if none is named) its command, its directory, its exit code and the last lines it wrote.',
    input: { run: z.string().optional().describe('id of a run'), stage: z.string().optional(), directory, lines },
    readOnly: true,
    async run(context, input) {
      const client = await context.client()
      const { runs } = await client.call('ci.runs', input.run === undefined ? { directory: place(context, input) } : {})
      const run = input.run === undefined ? runs[0] : runs.find(({ id }) => id === input.run)
      if (run === undefined) return { text: 'there was no such run', data: { failures: [] } }
      const { stages } = await client.call('ci.list', { directory: run.directory }).catch(() => ({ stages: [] }))
      const watched = await watchRun(client, run.id)
      return explain(watched, { wanted: input.stage, count: input.lines, stages })
    },
  }),
}

interface RunInput {
  directory?: string | undefined
  on: string[]
  noCache: boolean
  fix: boolean
  lines: number
  failFast?: boolean
  parallel?: number
  timeoutSeconds?: number | undefined
}

async function runStages(context: ToolContext, input: RunInput, stages: string[]): Promise<ToolAnswer> {
  const client = await context.client()
  const { on, noCache, fix, failFast = false, parallel = 1, timeoutSeconds } = input
  const wish = { directory: place(context, input), stages, needed: true, environment: environment(context), on }
  const how = { noCache, fix, failFast, parallel, ...(timeoutSeconds && { timeoutMs: timeoutSeconds * 1000 }) }
  const { run } = await client.call('ci.start', { ...wish, ...how })
  const end = () => void client.call('ci.kill', { run: run.id }).catch(() => undefined)
  context.signal.addEventListener('abort', end, { once: true })
  try {
    const watched = await watchRun(client, run.id)
    const { stages: known } = await client.call('ci.list', { directory: wish.directory })
    const failures = explain(watched, { wanted: undefined, count: input.lines, stages: known })
    const summary = [`run ${run.id}: ${watched.run.state}`, ...watched.run.stages.map(stageSummary)].join('\n')
    const failed = watched.run.state !== 'passed'
    return {
      text: failed ? `${summary}\n\n${failures.text}` : summary,
      data: { run: watched.run, ...failures.data },
      failed,
    }
  } finally {
    context.signal.removeEventListener('abort', end)
  }
}

interface Wish {
  wanted: string | undefined
  count: number
  /** The stages there are, for where each runs. */
  stages: readonly { name: string; directory: string }[]
}

function explain({ run, output }: WatchedRun, { wanted, count, stages }: Wish): ToolAnswer {
  const meant = run.stages.filter((stage) => (wanted === undefined ? isFailure(stage) : stage.name === wanted))
  const failures = meant.map((stage) => ({
    stage: stage.name,
    command: stage.command,
    directory: resolve(run.directory, stages.find(({ name }) => name === stage.name)?.directory ?? ''),
    machine: stage.machine,
    state: stage.state,
    exitCode: stage.exitCode,
    reason: stage.reason,
    lastLines: lastLines(output.get(stage.name) ?? '', count),
  }))
  const text = failures.map((one) =>
    [
      `${one.stage}: ${one.state}${one.exitCode === null ? '' : `, exit code ${one.exitCode}`}${one.reason === null ? '' : ` (${one.reason})`}`,
      `command: ${one.command}`,
      `in: ${one.directory}`,
      one.lastLines === '' ? 'it wrote nothing' : `its last lines:\n${one.lastLines}`,
    ].join('\n'),
  )
  return { text: text.join('\n\n') || noFailure(run, wanted), data: { run: run.id, failures } }
}

const noFailure = ({ id }: CiRun, wanted: string | undefined) =>
  wanted === undefined ? `no stage of run ${id} failed` : `run ${id} has no stage ${wanted}`

/** The directory a call is about. Throws SOURCE_INVALID where there is none. */
function place(context: ToolContext, { directory: given }: { directory?: string | undefined }): string {
  const path = resolve(context.directory, given ?? '.')
  if (existsSync(path)) return path
  throw failure('SOURCE_INVALID', `there is no directory ${path}`, 'name one that is there, or leave it out')
}

const inside = (where: string) => (where === '' ? '' : ` (in ${where})`)

function environment({ env }: ToolContext): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function failedOf({ stages: all }: CiRun): string {
  const failed = all.filter(isFailure).map(({ name }) => name)
  return failed.length === 0 ? '' : `, failed: ${failed.join(', ')}`
}
