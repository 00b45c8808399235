import type { ErrorCode } from '../../core/error-catalogue.ts'

/** When it was said: while the files are read, while containers start or stop, or by the engine's API. */
export type Stage = 'config' | 'up' | 'down' | 'engine'

/** Named groups of a rule's pattern. */
type Facts = Record<string, string | undefined>

interface FailureRule {
  pattern: RegExp
  code: ErrorCode
  stages: readonly Stage[]
  /** In place of the line the pattern was found in. */
  message?: (facts: Facts) => string
  /** In place of the catalogue's hint. */
  hint?: (facts: Facts) => string
}

const everywhere = ['config', 'up', 'down', 'engine'] as const
const reading = ['config', 'up'] as const
const starting = ['up', 'engine'] as const

/** What Compose (from 2.24), Docker and Podman say, and what that is to Berth; the first that matches counts. */
export const failureRules: readonly FailureRule[] = [
  { pattern: /no space left on device|disk quota exceeded/i, code: 'DISK_FULL', stages: everywhere },
  {
    pattern:
      /cannot connect to the docker daemon|is the docker daemon running|error during connect|connect: connection refused|\bEOF$/im,
    code: 'ENGINE_UNAVAILABLE',
    stages: everywhere,
  },
  {
    pattern:
      /'compose' is not a docker command|unknown command: docker compose|unknown (?:shorthand )?flag: .*project-name/,
    code: 'TOOL_MISSING',
    stages: everywhere,
    message: () => 'docker compose is not installed',
    hint: () => 'install the Compose plugin, 2.24 or newer (Debian: docker-compose from trixie)',
  },
  {
    pattern: /pool overlaps with other one|subnet \S+ is already (?:used|being used)|networks have overlapping/i,
    code: 'SUBNET_TAKEN',
    stages: starting,
  },
  {
    pattern: /port is already allocated|(?:bind|listen \w+ \S+): address already in use|ports are not available/i,
    code: 'PORT_IN_USE',
    stages: starting,
  },
  {
    pattern: /no such service: (?<service>.+)/,
    code: 'SERVICE_NOT_FOUND',
    stages: reading,
    message: ({ service }) => `the project has no service ${service}`,
  },
  {
    pattern: /required variable (?<variable>\w+) is missing a value/,
    code: 'COMPOSE_INVALID',
    stages: reading,
    hint: ({ variable }) => `set ${variable} in the project's .env, or export it`,
  },
  {
    pattern: /env file (?<path>.+?) not found/,
    code: 'COMPOSE_INVALID',
    stages: reading,
    message: ({ path }) => `the env file ${path} does not exist`,
    hint: () => 'create it, or mark it `required: false`',
  },
  {
    pattern: /^open (?<path>\S+): no such file or directory$/m,
    code: 'COMPOSE_INVALID',
    stages: ['config'],
    message: ({ path }) => `the file ${path} does not exist`,
  },
  {
    pattern: /unable to prepare context: path "(?<path>[^"]+)" not found/,
    code: 'COMPOSE_INVALID',
    stages: ['up'],
    message: ({ path }) => `the build context ${path} does not exist`,
    hint: () => 'mend `build` in the compose file, or let the directory be copied into the workspace',
  },
  {
    pattern: /failed to (?:solve|build|read dockerfile)|returned a non-zero code/i,
    code: 'BUILD_FAILED',
    stages: ['up'],
  },
  {
    pattern: /^ (?<service>\S+) Error (?<reason>.+)$/m,
    code: 'IMAGE_UNAVAILABLE',
    stages: ['up'],
    message: ({ service, reason }) => `the image of ${service} could not be pulled: ${reason}`,
  },
  {
    pattern: /pull access denied|manifest unknown|manifest for \S+ not found|no such image/i,
    code: 'IMAGE_UNAVAILABLE',
    stages: starting,
  },
  {
    pattern: /container \S+ is unhealthy|container \S+ exited \(\d+\)|didn't complete successfully/,
    code: 'SERVICE_UNHEALTHY',
    stages: ['up'],
  },
]
