import * as z from 'zod'
import { parseDuration } from '../../lib/duration.ts'

const command = z.union([z.string().min(1), z.array(z.string()).min(1)], {
  error: 'expected a string or a list of strings',
})
const names = (description: string) => z.array(z.string().min(1)).optional().meta({ description })
const duration = z
  .union([z.string(), z.number()])
  .refine((value) => (typeof value === 'string' ? (parseDuration(value) ?? 0) : value) > 0, {
    error: 'expected a duration such as "90s" or "10m", or seconds',
  })
const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' })
const stageName = z.string().regex(/^[\w.][\w.:-]*$/, { error: 'expected a name of letters, digits, ., _, : and -' })

const axisName = z.string().regex(/^[A-Za-z]\w*$/, { error: 'expected the name of an axis: letters, digits and _' })
const badValue = { error: 'expected a word, a number or true/false; spaces and . @ + : / - may stand in it' }
const axisValue = z.union([z.string().regex(/^[\w@+:-][\w .@+:/-]*$/, badValue), z.number(), z.boolean()], badValue)

const stage = z.strictObject({
  command: command.optional().meta({
    description: 'What it runs: a list is run as it is, a string by sh. Default: what was detected under this name.',
  }),
  fix: command.optional().meta({ description: 'Changes the files so that the check passes; run by --fix.' }),
  directory: z
    .string()
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
      error: 'expected a path inside the project, without a leading / or ..',
    })
    .optional()
    .meta({ description: 'Where it runs, relative to the repository. Default: the repository itself.' }),
  depends_on: names('Stages that have to pass before it runs.'),
  inputs: names(
    'Globs relative to the repository: the files its outcome depends on; a leading ! takes away. Default: all that git does not ignore.',
  ),
  reads: z
    .array(variableName)
    .optional()
    .meta({ description: 'Environment variables its outcome depends on. They reach another machine too.' }),
  env: z
    .record(
      variableName,
      z.union([z.string(), z.number(), z.boolean()], { error: 'expected a string, a number or true/false' }),
    )
    .optional()
    .meta({ description: 'Environment variables set for it.' }),
  matrix: z.record(axisName, z.array(axisValue).min(1)).optional().meta({
    description:
      'Axes and their values: a stage for each combination, which finds them as MATRIX_AXIS and in place of ${{ matrix.axis }}.',
  }),
  timeout: duration.optional().meta({ description: 'Deadline, such as "10m", or seconds. Default: none.' }),
  tool: z.string().min(1).optional().meta({ description: 'Program that has to be installed for it.' }),
  install: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'How that program is installed: said where it is missing.' }),
  required: z.boolean().optional().meta({
    description: 'Whether its missing tool is a failure; it is skipped otherwise. Default: false.',
  }),
  enabled: z.boolean().optional().meta({ description: 'Whether it runs when no stage is named. Default: true.' }),
  cache: z.boolean().optional().meta({ description: 'Whether a pass is remembered. Default: true.' }),
})

const profile = z.strictObject({
  stages: names('The stages it runs. Default: those that are enabled.'),
  fail_fast: z.boolean().optional().meta({ description: 'As --fail-fast.' }),
  no_cache: z.boolean().optional().meta({ description: 'As --no-cache.' }),
  parallel: z.number().int().positive().optional().meta({ description: 'As --parallel.' }),
})

/** The table `[ci]` of `berth.toml`. */
export const ciSchema = z.strictObject({
  detect: z.boolean().optional().meta({
    description:
      'Whether detected stages run beside those named here. Default: only where no stage here has a command.',
  }),
  stages: z
    .record(stageName, stage)
    .optional()
    .meta({ description: 'Stages by name, in the order they run; the name of a detected stage changes that one.' }),
  profiles: z.record(stageName, profile).optional().meta({ description: 'Named choices of stages: --profile.' }),
})

export type CiDocument = z.output<typeof ciSchema>
export type StageDocument = z.output<typeof stage>
export type ProfileDocument = z.output<typeof profile>
