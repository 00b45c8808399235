import * as z from 'zod'
import { runStates, stageStates } from '../../core/ci/model.ts'
import { apiError } from '../events.ts'
import { route } from '../route.ts'
import { envRef } from '../schemas.ts'

const stageResult = z.object({
  name: z.string(),
  command: z.string(),
  state: z.enum(stageStates),
  reason: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  ms: z.number().nullable().describe('of the earlier run, where it is cached'),
  machine: z.string(),
  key: z.string().nullable().describe('what its pass is remembered by'),
})

/** A run as every list shows it. */
export const ciRun = z.object({
  id: z.string(),
  directory: z.string(),
  machine: z.string(),
  state: z.enum(runStates),
  exitCode: z.number().int().nullable(),
  startedAt: z.string().describe('ISO 8601, UTC'),
  endedAt: z.string().nullable(),
  stages: z.array(stageResult),
  failure: apiError.optional().describe('what ended it before its stages could'),
})

const selection = {
  directory: z.string().describe('absolute path the caller stands in'),
  env: envRef.optional().describe('the env whose workspace is meant instead'),
  stages: z.array(z.string()).default([]).describe('by name; empty: those that are enabled'),
  needed: z.boolean().default(false).describe('those that the named ones depend on too'),
  all: z.boolean().default(false).describe('the disabled ones too'),
  profile: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}).describe("the caller's: stages run as the user"),
  on: z.array(z.string()).default([]).describe('machines; empty: this one'),
  session: z.string().max(100).optional().describe('tmux session there'),
  noCache: z.boolean().default(false),
  fix: z.boolean().default(false),
}

const runId = z.string().max(100)

const { directory, env, stages, all, profile, on } = selection

/** Checks of a repository. */
export const ciRoutes = {
  'ci.list': route({
    summary: 'The stages of a repository.',
    kind: 'call',
    access: 'read',
    programs: true,
    input: z.object({ directory: selection.directory, env: selection.env, on: selection.on }),
    output: z.object({
      root: z.string(),
      stages: z.array(
        z.object({
          name: z.string(),
          command: z.string(),
          directory: z.string(),
          dependsOn: z.array(z.string()),
          enabled: z.boolean(),
          timeoutMs: z.number().nullable(),
          fix: z.string().nullable(),
          source: z.string(),
        }),
      ),
      profiles: z.array(z.string()),
    }),
  }),
  'ci.plan': route({
    summary: 'What a run would do: in which order, and which stages passed already.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object(selection),
    output: z.object({
      root: z.string(),
      stages: z.array(
        z.object({
          name: z.string(),
          command: z.string(),
          cached: z.boolean(),
          missing: z.string().nullable().describe('how its missing tool is installed'),
          key: z.string().nullable(),
        }),
      ),
    }),
  }),
  'ci.start': route({
    summary: 'Start a run; it goes on whoever listens.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({
      ...selection,
      failFast: z.boolean().default(false),
      keepGoing: z.boolean().default(false),
      parallel: z.number().int().positive().max(64).optional(),
      timeoutMs: z.number().positive().optional().describe('deadline of each stage'),
      patienceMs: z.number().positive().optional().describe('how long a machine may not answer'),
    }),
    output: z.object({ run: ciRun }),
  }),
  'ci.follow': route({
    summary: 'A run as it goes: frames of events ({type: begin|end|note|run}) and of what stages write.',
    kind: 'bytes',
    access: 'read',
    input: z.object({
      run: runId,
      stage: z.number().int().nonnegative().default(0).describe('go on from this stage'),
      bytes: z.number().int().nonnegative().default(0).describe('of which so many bytes are known'),
    }),
    output: z.string(),
  }),
  'ci.watch': route({
    summary: 'Which stages the changes in a repository touch: frames of events ({type: ready|touched|fault}).',
    kind: 'bytes',
    access: 'read',
    programs: true,
    input: z.object({ directory, env, stages, all, profile, on }),
    output: z.string(),
  }),
  'ci.runs': route({
    summary: 'Runs, the newest first.',
    kind: 'call',
    access: 'read',
    programs: true,
    input: z.object({ directory: z.string().optional().describe('only those of this repository') }),
    output: z.object({ runs: z.array(ciRun) }),
  }),
  'ci.kill': route({
    summary: 'End a run and everything its stages started.',
    kind: 'call',
    access: 'operate',
    input: z.object({ run: runId }),
    output: z.object({ run: ciRun }),
  }),
} as const
