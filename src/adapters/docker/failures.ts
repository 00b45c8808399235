import { AppError } from '../../core/errors.ts'
import { failureRules, type Stage } from './failure-rules.ts'

/** The engine did not answer at all. `at` is its address. */
export function unreachable(at: string, cause: Error): AppError {
  const reason = (cause as NodeJS.ErrnoException).code ?? cause.message
  const hint = reason === 'EACCES' ? 'add yourself to the docker group, or use a rootless engine' : undefined
  return new AppError('ENGINE_UNAVAILABLE', `no container engine answers at ${at} (${reason})`, {
    cause,
    details: { address: at, reason },
    ...(hint && { hint }),
  })
}

/** The engine answered a request with an HTTP error; `body` is what it said. */
export function refusal(status: number, body: string): AppError {
  const message = saidByEngine(body)
  const code = failureRules.find((rule) => rule.stages.includes('engine') && rule.pattern.test(message))?.code
  return new AppError(code ?? 'ENGINE_FAILED', code ? message : `the engine said: ${message}`, { details: { status } })
}

function saidByEngine(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body
  } catch {
    // not JSON: a proxy or a very old engine; its words are all there is
    return body.trim()
  }
}

/**
 * What `docker compose` left on stderr, as the error it means. What no rule knows is COMPOSE_INVALID while the files are
 * read (`config`), COMPOSE_FAILED later. The details hold the last lines it printed.
 */
export function composeFailure(
  stage: Exclude<Stage, 'engine'>,
  stderr: string,
  exitCode: number | undefined,
): AppError {
  const output = tellingLines(stderr)
  const last = output.at(-1) ?? `docker compose ended with exit code ${exitCode ?? 'none'}`
  for (const { pattern, stages, code, message, hint } of failureRules) {
    const match = stages.includes(stage) ? pattern.exec(output.join('\n')) : null
    if (!match) continue
    const facts = { ...match.groups }
    const line = output.find((each) => pattern.test(each)) ?? last
    return new AppError(code, message?.(facts) ?? cleanMessage(line), {
      stage,
      details: { ...facts, output },
      ...(hint && { hint: hint(facts) }),
    })
  }
  const code = stage === 'config' ? 'COMPOSE_INVALID' : 'COMPOSE_FAILED'
  return new AppError(code, cleanMessage(wholeMessage(output, last)), { stage, details: { output, exitCode } })
}

/** The lines of stderr that tell of the failure, the last 20: without progress, warnings and log dressing. */
function tellingLines(stderr: string): string[] {
  return stderr
    .split(/\r?\n/)
    .map(
      (line) =>
        /^time="[^"]*" level=(?:error|fatal) msg="(.*)"$/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line.trimEnd(),
    )
    .filter((line) => line.trim() !== '' && !/^time="[^"]*" level=/.test(line) && !isProgress(line))
    .slice(-20)
}

/** ` Container x-web-1  Started`, ` Network x_default  Creating`, ` web Pulling`. */
function isProgress(line: string): boolean {
  return /^ ?(?:(?:Container|Network|Volume|Image|Service) )?\S+ +[A-Z][a-z]+ *$/.test(line) && line.startsWith(' ')
}

/** Compose breaks some messages over several lines. */
function wholeMessage(output: readonly string[], last: string): string {
  const start = output.findIndex((line) => /^(?:yaml: unmarshal errors:|invalid interpolation format)/.test(line))
  return start < 0
    ? last
    : output
        .slice(start)
        .map((line) => line.trim())
        .join(' ')
}

const noise = [
  /^Error response from daemon: /,
  /^Error: /,
  /^validating (?:\S+): /,
  /^error while interpolating \S+: /,
  /^failed to solve: /,
  /^rpc error: code = \w+ desc = /,
  /^failed to solve with frontend [\w.]+: /,
  /^failed to create LLB definition: /,
  /^failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: /,
  /^driver failed programming external connectivity on endpoint \S+ \(\w+\): /,
  /: invalid compose project$/,
  /: unknown$/,
]

/** What Compose said, without where it came from. */
function cleanMessage(line: string): string {
  let message = line.trim()
  for (const part of noise) message = message.replace(part, '')
  return message.replaceAll(/\/\S*\/buildkit-mount\d+\//g, '')
}
