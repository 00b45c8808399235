import { type ExecOptions, type ExecResult, exec } from '../../lib/exec.ts'
import { loginShell } from '../../lib/login-shell.ts'

/** How long a login shell may take to start, ms: a profile may do anything. */
const patience = 5000

type Run = (argv: readonly string[], options: ExecOptions) => Promise<Pick<ExecResult, 'exitCode' | 'stdout'>>

/**
 * What the user's login shell exports; this process's own environment where that shell fails or takes too long. What a
 * profile prints stands before the mark.
 */
export async function readLoginEnvironment(own: NodeJS.ProcessEnv, run: Run = exec): Promise<NodeJS.ProcessEnv> {
  const shell = loginShell(own)
  const mark = `berth-${process.pid}-environment`
  // every shell knows this much: fish has no `$(…)`, csh no `2>`
  const { exitCode, stdout } = await run([shell, '-l', '-c', `echo ${mark}; exec env -0`], {
    env: own,
    timeoutMs: patience,
  })
  const at = stdout.indexOf(`${mark}\n`)
  if (exitCode !== 0 || at === -1) return own
  const pairs = stdout
    .slice(at + mark.length + 1)
    .split('\0')
    .flatMap((text) => {
      const equals = text.indexOf('=')
      return equals <= 0 ? [] : [[text.slice(0, equals), text.slice(equals + 1)] as const]
    })
  return Object.fromEntries(pairs)
}
