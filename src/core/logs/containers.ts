import { composeLabels } from '../labels.ts'
import type { ContainerEngine, EngineContainer } from '../ports.ts'
import { type LogPart, readLog } from './lanes.ts'
import { createLogMerge, untilItEnds } from './merge.ts'
import type { LogMessage, LogSource } from './model.ts'

/** The service a container is of, as the compose file names it. */
export const serviceOf = ({ labels, name }: EngineContainer): string => labels[composeLabels.service] ?? name

/** Which of its service's containers it is, from 1. */
export const replicaOf = ({ labels }: EngineContainer): number => Number(labels[composeLabels.number] ?? 1)

/** A container as the source of lines. */
export const toSource = (container: EngineContainer): LogSource => ({
  service: serviceOf(container),
  container: container.name,
  replica: replicaOf(container),
})

/** What containers wrote so far, as one. */
export async function* readOnce(
  engine: ContainerEngine,
  containers: readonly EngineContainer[],
  part: LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogMessage> {
  const merge = createLogMerge()
  for (const [source, { id }] of containers.entries())
    merge.add({ source, pieces: readLog(engine, id, part, signal), historyEnd: untilItEnds })
  merge.close()
  yield { type: 'sources', sources: containers.map(toSource) }
  yield* merge.messages()
}
