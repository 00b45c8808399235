import type { AppError } from '../../src/core/errors.ts'
import type { EngineContainer, EngineEvent, EngineNetwork, EngineVolume } from '../../src/core/ports.ts'

/** What a container's command would do: run until it is stopped, or print something and end. */
export type FakeProgram = 'forever' | { output: string; exitCode: number }

/** A container in memory. */
export interface FakeContainer extends EngineContainer {
  output: string
  project: string
  startedAt?: number
  endedAt?: number
}

/** Everything there is in an engine in memory. */
export interface World {
  containers: Map<string, FakeContainer>
  networks: Map<string, EngineNetwork>
  volumes: Map<string, EngineVolume>
  images: Map<string, string>
  listeners: Set<(event: EngineEvent) => void>
  failures: Map<string, AppError>
  nextId: number
}

/** A container does what its program says. */
export function run(world: World, id: string, does: FakeProgram): void {
  const container = world.containers.get(id)
  if (!container) return
  container.state = 'running'
  container.exitCode = null
  container.startedAt = Date.now()
  tell(world, id, 'start')
  if (does === 'forever') return
  container.output = does.output
  end(world, id, does.exitCode)
}

/** A running container ends. */
export function end(world: World, id: string, exitCode: number): void {
  const container = world.containers.get(id)
  if (container?.state !== 'running') return
  container.state = 'exited'
  container.exitCode = exitCode
  container.endedAt = Date.now()
  tell(world, id, 'die')
}

/** It is stopped, and gone. */
export function removeContainer(world: World, id: string): void {
  end(world, id, 137)
  if (world.containers.has(id)) tell(world, id, 'destroy')
  world.containers.delete(id)
}

function tell(world: World, id: string, action: string): void {
  const attributes = world.containers.get(id)?.labels ?? {}
  for (const listener of world.listeners) listener({ type: 'container', action, id, attributes })
}

/** What a container printed, line by line. */
export const linesOf = (output: string) => output.split('\n').filter((line) => line !== '')
