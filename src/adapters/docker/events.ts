import type { IncomingMessage } from 'node:http'
import { AppError } from '../../core/errors.ts'
import type { EngineEvent } from '../../core/ports.ts'
import type { EngineApi } from './api.ts'
import { type ApiEvent, parseEvent } from './parse.ts'

/** Events of containers, networks and volumes from now on, until the signal. Throws ENGINE_UNAVAILABLE when the engine goes. */
export async function readEvents(
  api: () => Promise<EngineApi>,
  signal: AbortSignal,
): Promise<AsyncIterable<EngineEvent>> {
  const filters = JSON.stringify({ type: ['container', 'network', 'volume'] })
  return parsed(await (await api()).stream('/events', { filters }, signal), signal)
}

async function* parsed(stream: IncomingMessage, signal: AbortSignal): AsyncIterable<EngineEvent> {
  let rest = ''
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const event = line.trim() === '' ? undefined : parseEvent(JSON.parse(line) as ApiEvent)
        if (event) yield event
      }
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof AppError ? error : engineGone(error)
  }
  if (!signal.aborted) throw engineGone()
}

function engineGone(cause?: unknown): AppError {
  return new AppError('ENGINE_UNAVAILABLE', 'the container engine went away while its events were followed', { cause })
}
