import type { ErrorCode } from '../../core/error-catalogue.ts'
import { AppError } from '../../core/errors.ts'

/** The engine did not answer at all. `at` is its address. */
export function unreachable(at: string, cause: Error): AppError {
  const code = (cause as NodeJS.ErrnoException).code ?? cause.message
  const hint = code === 'EACCES' ? 'add yourself to the docker group, or use a rootless engine' : undefined
  const message = `no container engine answers at ${at} (${code})`
  return new AppError('ENGINE_UNAVAILABLE', message, {
    cause,
    details: { address: at, reason: code },
    ...(hint && { hint }),
  })
}

/** The engine answered a request with an HTTP error; `body` is what it said. */
export function refusal(status: number, body: string): AppError {
  const message = saidByEngine(body)
  const options = { details: { status } }
  const known = rules.find((rule) => rule.stages.includes('engine') && rule.pattern.test(message))
  if (known) return new AppError(known.code, message, options)
  return new AppError('ENGINE_FAILED', `the engine said: ${message}`, options)
}

function saidByEngine(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body
  } catch {
    // not JSON: a proxy or a very old engine; its words are all there is
    return body.trim()
  }
}

type Stage = 'config' | 'up' | 'down' | 'engine'

interface Rule {
  pattern: RegExp
  code: ErrorCode
  stages: Stage[]
  /** Facts by the name of the pattern's group. */
  hint?: (groups: Record<string, string>) => string
}

const everywhere: Stage[] = ['config', 'up', 'down', 'engine']

/** What Compose (2.24 to 2.40) and the engines behind it say, and what that is to Berth; the first that matches counts. */
const rules: Rule[] = [
  { pattern: /no space left on device|disk quota exceeded/i, code: 'DISK_FULL', stages: everywhere },
  {
    pattern:
      /cannot connect to the docker daemon|is the docker daemon running|error during connect|connect: connection refused|\bEOF$/im,
    code: 'ENGINE_UNAVAILABLE',
    stages: everywhere,
  },
  {
    pattern: /'compose' is not a docker command|unknown command: docker compose|unknown shorthand flag: 'p' in -p/,
    code: 'TOOL_MISSING',
    stages: everywhere,
    hint: () => 'install the Compose plugin, 2.24 or newer (Debian: docker-compose from trixie)',
  },
  {
    pattern: /pool overlaps with other one|subnet \S+ is already used|address space overlaps/i,
    code: 'SUBNET_TAKEN',
    stages: ['up', 'engine'],
  },
  {
    pattern: /port is already allocated|address already in use|ports are not available/i,
    code: 'PORT_IN_USE',
    stages: ['up', 'engine'],
  },
  { pattern: /no such service: (?<service>.+)/, code: 'SERVICE_NOT_FOUND', stages: ['config', 'up'] },
  {
    pattern: /required variable (?<variable>\w+) is missing a value/,
    code: 'COMPOSE_INVALID',
    stages: ['config', 'up'],
    hint: ({ variable }) => `set ${variable} in the project's .env, or export it`,
  },
  {
    pattern: /env file (?<file>.+?) not found/,
    code: 'COMPOSE_INVALID',
    stages: ['config', 'up'],
    hint: ({ file }) => `create ${file}, or mark it required: false`,
  },
  {
    pattern: /(?:unable to prepare context: path|lstat|stat) "?(?<path>\S+?)"?:? (?:not found|no such file)/,
    code: 'BUILD_FAILED',
    stages: ['up'],
    hint: ({ path }) => `${path} does not exist in the workspace: mend the build section, or let it be copied`,
  },
  {
    pattern: /failed to (?:solve|build|read dockerfile)|executor failed running|returned a non-zero code/i,
    code: 'BUILD_FAILED',
    stages: ['up'],
  },
  {
    pattern: /pull access denied|manifest (?:unknown|for \S+ not found)|registry-1\.docker\.io|no such image/i,
    code: 'IMAGE_UNAVAILABLE',
    stages: ['up', 'engine'],
  },
  {
    pattern:
      /container (?<container>\S+) is unhealthy|container (?<exited>\S+) exited \(\d+\)|didn't complete successfully/,
    code: 'SERVICE_UNHEALTHY',
    stages: ['up'],
  },
]

/**
 * What `docker compose` left on stderr, as the error it means. What no rule knows is COMPOSE_INVALID while the files are
 * read (`config`), COMPOSE_FAILED later.
 */
export function composeFailure(
  stage: 'config' | 'up' | 'down',
  stderr: string,
  exitCode: number | undefined,
): AppError {
  const said = cleanStderr(stderr)
  const message = said.at(-1) ?? `docker compose ${stage} ended with exit code ${exitCode ?? 'none'}`
  for (const rule of rules.filter((rule) => rule.stages.includes(stage))) {
    const match = rule.pattern.exec(said.join('\n'))
    if (!match) continue
    const facts = { ...match.groups }
    const line = said.find((each) => rule.pattern.test(each)) ?? message
    const hint = rule.hint?.(facts)
    return new AppError(rule.code, withoutPrefix(line), {
      stage,
      details: { ...facts, output: said },
      ...(hint && { hint }),
    })
  }
  const code = stage === 'config' ? 'COMPOSE_INVALID' : 'COMPOSE_FAILED'
  return new AppError(code, withoutPrefix(message), { stage, details: { output: said, exitCode } })
}

/** The lines of stderr that tell of the failure: without progress, warnings and log dressing. The last 20. */
function cleanStderr(stderr: string): string[] {
  return stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^time="[^"]*" level=(?:warning|info|debug)/.test(line) && !isProgress(line))
    .slice(-20)
}

/** ` Container x-web-1  Started`, ` Network x_default  Creating`. */
function isProgress(line: string): boolean {
  return /^(?:Container|Network|Volume|Image|Service) \S+ +[A-Z][a-z]+$/.test(line)
}

function withoutPrefix(line: string): string {
  const logged = /^time="[^"]*" level=\w+ msg="(.*)"$/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line
  return logged.replace(/^(?:Error response from daemon: |Error: |service "[^"]+": )+/, '')
}
