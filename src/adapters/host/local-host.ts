import { existsSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import type { ExecOptions, ExecResult } from '../../lib/exec.ts'
import { exec } from '../../lib/exec.ts'
import type { ChildLedger } from './child-ledger.ts'

/** The machine this process runs on; what it starts is noted in the ledger while it runs. */
export function createLocalHost(ledger?: ChildLedger): Host {
  if (!ledger) return { run: runLocally }
  return {
    async run(argv, options = {}) {
      let started: number | undefined
      const onStart = (pid: number) => {
        started = pid
        ledger.note(pid)
      }
      try {
        return await runLocally(argv, { ...options, onStart })
      } finally {
        if (started !== undefined) ledger.forget(started)
      }
    },
  }
}

async function runLocally(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  options.signal?.throwIfAborted()
  const result = await exec(argv, options)
  options.signal?.throwIfAborted()
  if (result.startError !== undefined) throw notStarted(result, options.cwd)
  return result
}

function notStarted({ argv, startError }: ExecResult, cwd: string | undefined): AppError {
  const program = argv[0] ?? ''
  const details = { program, startError }
  // spawn reports ENOENT for a missing working directory just as for a missing program
  if (cwd !== undefined && !existsSync(cwd))
    return new AppError('WORKSPACE_FAILED', `the directory ${cwd} does not exist`, { details })
  if (startError === 'ENOTDIR') return new AppError('WORKSPACE_FAILED', `${cwd} is no directory`, { details })
  if (startError === 'ENOENT') return new AppError('TOOL_MISSING', `${program} is not installed`, { details })
  if (startError === 'EACCES') return new AppError('TOOL_MISSING', `${program} may not be executed`, { details })
  return new AppError('INTERNAL', `${program} could not be started: ${startError}`, { details })
}
