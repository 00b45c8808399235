import * as z from 'zod'
import { parseSize } from '../../lib/size.ts'
import { ciSchema } from './ci-schema.ts'
import { deploySchema } from './deploy-schema.ts'

const relativePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    error: 'expected a path inside the project, without a leading / or ..',
  })
const list = (of: z.ZodType<string>, description: string) => z.array(of).optional().meta({ description })
const command = z.union([z.string().min(1), z.array(z.string()).min(1)], {
  error: 'expected a string or a list of strings',
})
const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'expected a name of a-z, 0-9 and - (at most 40, not beginning or ending with -)',
})
const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' }),
  z.union([z.string(), z.number(), z.boolean()], { error: 'expected a string, a number or true/false' }),
)

const project = z.strictObject({
  name: dnsLabel.optional().meta({
    description:
      'Name of the project, unique on a machine. Default: the name: of the compose files, else the directory’s name.',
  }),
  files: list(relativePath, 'Compose files in merge order. Default: found as Docker Compose finds them.'),
  profiles: list(z.string().min(1), 'Compose profiles that are switched on.'),
  ingress: z.string().min(1).optional().meta({
    description:
      'Service the project’s own name leads to. Default: label berth.ingress, else the first of nginx, web, app, frontend, else the only one that publishes a port.',
  }),
  names: list(z.string().min(1), 'More host names that lead to the ingress service; *.x is a wildcard.'),
})

const copy = z.strictObject({
  exclude: list(z.string().min(1), 'gitignore patterns that are never copied, even when git tracks the files.'),
  include: list(
    z.string().min(1),
    'gitignore patterns: of the files git ignores, only these are copied. .worktreeinclude adds to them.',
  ),
  ignored: z.enum(['all', 'listed', 'none']).optional().meta({
    description:
      'Which files that git ignores come along: all of them (dependencies, .env), those in include, or none. Default: listed when include is given, else all.',
  }),
  method: z
    .enum(['auto', 'reflink', 'copy', 'overlay', 'btrfs-snapshot'])
    .optional()
    .meta({ description: 'How the workspace is made. Default: auto, the fastest the machine allows.' }),
})

const renderRule = z.union(
  [
    relativePath,
    z.strictObject({
      from: relativePath,
      to: relativePath.optional(),
      tokens: z.boolean().optional(),
      replace: z.array(z.strictObject({ from: z.string().min(1), to: z.string() })).optional(),
    }),
  ],
  { error: 'expected a path inside the project, or { from, to, tokens, replace }' },
)

const env = z.strictObject({
  copy: copy.optional().meta({ description: 'Which files of the project an env’s workspace gets.' }),
  files: z
    .strictObject({
      copy: list(relativePath, 'Files that are copied whatever the copy rules say, such as .env.'),
      render: z.array(renderRule).optional().meta({
        description:
          'Files of the workspace in which ${BERTH_ENV}, ${BERTH_PROJECT}, ${BERTH_BASE_URL} … are replaced: a path, or { from, to, tokens, replace }.',
      }),
    })
    .optional()
    .meta({ description: 'Environment files of the workspace.' }),
  init: command.optional().meta({
    description:
      'Program run in a new workspace before anything else: a list is run as it is, a string by sh. When it fails, the env is not made.',
  }),
  shared: list(z.string().min(1), 'Services that come from one instance shared by all envs of the project.'),
  limits: z
    .strictObject({
      cpus: z.number().positive().optional().meta({ description: 'CPUs each container may use. Default: no limit.' }),
      memory: z
        .string()
        .refine((text) => (parseSize(text) ?? 0) > 0, { error: 'expected a size such as "512m" or "2g"' })
        .optional()
        .meta({ description: 'Memory each container may use, such as "512m" or "2g". Default: no limit.' }),
    })
    .optional()
    .meta({ description: 'Limits of each container of an env.' }),
})

const agent = z.strictObject({
  command: command.optional().meta({
    description: 'Program, or program and leading arguments. Default: the agent’s name.',
  }),
  args: list(
    z.string(),
    'More arguments. {prompt} and {model} stand for the values; without {prompt} the prompt is the last argument.',
  ),
  model: z.string().min(1).optional().meta({ description: 'Model to ask for. Default: the agent’s own.' }),
  unattended: z.boolean().optional().meta({
    description:
      'Whether the agent works without asking: its questions about permissions and trust are answered with yes beforehand. Built-in agents only. Default: false.',
  }),
  env: variables.optional().meta({ description: 'Environment variables of the agent’s sessions.' }),
})

const sync = z.strictObject({
  include: list(
    z.string().min(1),
    'gitignore patterns of files that git ignores, or that look like secrets, which go to other machines all the same.',
  ),
  exclude: list(
    z.string().min(1),
    'gitignore patterns of files that git does not track and that stay on this machine.',
  ),
})

const later = (description: string) => z.record(z.string(), z.unknown()).optional().meta({ description })

/** `berth.toml`, as it is written. Everything is optional; unknown keys are faults. */
export const configSchema = z.strictObject({
  project: project.optional().meta({ description: 'The project and its compose files.' }),
  env: env.optional().meta({ description: 'How an env of the project is made.' }),
  agents: z.record(dnsLabel, agent).optional().meta({
    description: 'Agents of the project, by name; a built-in name (claude, codex, opencode, gemini) changes that one.',
  }),
  image: later('Golden images of workers.'),
  sync: sync.optional().meta({ description: 'What of the project goes to other machines with --on.' }),
  deploy: deploySchema.optional().meta({ description: 'The app and how it is deployed.' }),
  ci: ciSchema.optional().meta({ description: 'Stages of berth ci.' }),
  alerts: later('Who is told about incidents.'),
  policy: later('What may be done without asking.'),
})

/** A `berth.toml` without type faults; defaults are not filled in yet. */
export type ConfigDocument = z.output<typeof configSchema>
