import type { ProjectConfig } from '../config/model.ts'
import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'
import { renderFiles } from './render-files.ts'
import type { Tokens } from './render-text.ts'

type PrepareDeps = Pick<EnvDeps, 'host' | 'files' | 'network' | 'environment'>

/** How many of a hook's last lines its failure shows. */
const shownLines = 10

/**
 * Makes a new workspace the env's own: renders the files that depend on it, then runs the project's init hook there.
 * Throws CONFIG_INVALID, and HOOK_FAILED with what the hook printed last.
 */
export async function prepareWorkspace(
  deps: PrepareDeps,
  config: ProjectConfig,
  env: EnvRecord,
  scope: OperationScope,
): Promise<void> {
  const tokens = envTokens(deps, env)
  await renderFiles(deps.files, env, config.env.files.render, tokens)
  if (config.env.init !== null) await runHook(deps, config.env.init, env, tokens, scope)
}

/** What `${BERTH_…}` stands for in rendered files, and what a hook finds in its environment. */
export function envTokens({ network }: Pick<EnvDeps, 'network'>, env: EnvRecord): Tokens {
  return {
    BERTH_ENV: env.name,
    BERTH_PROJECT: env.project,
    BERTH_WORKSPACE: env.directory,
    BERTH_DNS_SUFFIX: network.suffix,
    BERTH_BASE_URL: `http://${env.name}.localhost:${network.proxyPort}`,
  }
}

async function runHook(
  { host, environment }: PrepareDeps,
  argv: readonly string[],
  env: EnvRecord,
  tokens: Tokens,
  scope: OperationScope,
): Promise<void> {
  const lines: string[] = []
  const { exitCode, signal } = await host.run(argv, {
    cwd: env.directory,
    env: { ...environment, ...tokens },
    signal: scope.signal,
    onLine: (line) => {
      lines.push(line)
      scope.emit({ type: 'output', line })
    },
  })
  if (exitCode === 0) return
  scope.signal.throwIfAborted()
  throw new AppError('HOOK_FAILED', `the init hook ${argv[0]} ended with ${exitCode ?? signal}`, {
    details: { output: lines.slice(-shownLines) },
  })
}
