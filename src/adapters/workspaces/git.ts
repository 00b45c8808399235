import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import type { ExecResult } from '../../lib/exec.ts'
import { plainEnvironment } from './environment.ts'

export interface GitOptions {
  /** Exit codes besides 0 that are an answer and no failure. */
  allow?: readonly number[]
  env?: Record<string, string>
  input?: string | Uint8Array
  inputFile?: string
  appendTo?: string
  signal?: AbortSignal | undefined
}

/** Runs git in a directory. Throws GIT_FAILED with what git said. */
export type Git = (directory: string, args: readonly string[], options?: GitOptions) => Promise<ExecResult>

/** Neither a file system monitor nor a collection of garbage may be started behind the user's back. */
const quiet = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'advice.detachedHead=false',
]

/** For what is Berth's own doing, where the project's hooks have no say. */
export const withoutHooks = ['-c', 'core.hooksPath=/dev/null']

/** Ten minutes: nothing here waits for a person or the network. */
const deadline = 600_000

export function createGit(host: Host): Git {
  return async (directory, args, { allow = [], env = {}, ...rest } = {}) => {
    const argv = ['git', '-C', directory, ...quiet, ...args]
    const result = await host.run(argv, { env: plainEnvironment(env), ...rest, timeoutMs: deadline })
    if (result.exitCode !== 0 && !allow.includes(result.exitCode ?? -1)) throw gitFailed(args, result)
    return result
  }
}

/** GIT_FAILED with git's own last words; DISK_FULL when that is what they are. */
export function gitFailed(args: readonly string[], { stderr, stdout, timedOut }: ExecResult): AppError {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'))
  const said = timedOut
    ? 'timed out'
    : (lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1) ?? 'failed')
  const details = { command: ['git', ...args], lines: lines.slice(-20) }
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    return new AppError('DISK_FULL', 'no space is left for what git writes', { details })
  return new AppError('GIT_FAILED', `git: ${said.replace(/^(?:fatal|error): /, '')}`, { details })
}
