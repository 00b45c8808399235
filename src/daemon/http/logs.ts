import type { Parsed } from '../../contract/routes.ts'
import { readLogs } from '../../core/logs/read-logs.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { frameStream } from '../streams/frame-stream.ts'
import { createLogEncoder } from '../streams/log-frames.ts'
import type { Pieces } from './answer.ts'

/** `env.logs`: the merged logs of an env as frames. */
export async function streamLogs(deps: DaemonDeps, input: Parsed<'env.logs'>, signal: AbortSignal): Promise<Pieces> {
  return frameStream(
    await readLogs(deps, input, signal),
    createLogEncoder({ timestamps: input.timestamps, positions: input.follow }),
  )
}
