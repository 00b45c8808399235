import type { Parsed } from '../../contract/routes.ts'
import { readLogs } from '../../core/logs/read-logs.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { frameStream } from '../streams/frame-stream.ts'
import { createLogEncoder } from '../streams/log-frames.ts'

/** `env.logs`: the merged logs of an env as frames. */
export async function streamLogs(
  deps: DaemonDeps,
  input: Parsed<'env.logs'>,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const left = new AbortController()
  const messages = await readLogs(deps, input, AbortSignal.any([signal, left.signal]))
  return frameStream(messages, createLogEncoder(input), () => left.abort())
}
