import type { AppError } from '../../src/core/errors.ts'
import type { ContainerEngine } from '../../src/core/ports.ts'
import { composeVerbs } from './engine-compose.ts'
import { objectVerbs } from './engine-objects.ts'
import { end, type FakeProgram, type World } from './engine-world.ts'

/** An engine that starts no process: `program` says what a command would have done. */
export interface FakeEngine extends ContainerEngine {
  /** The next call of this verb fails with this error. */
  failNext(verb: 'up' | 'down' | 'model', error: AppError): void
  /** A network that somebody else has. */
  addNetwork(name: string, subnet: string): void
  /** A container dies as by its own fault. */
  kill(id: string, exitCode: number): void
}

/** Makes one without containers, with these images. */
export function createFakeEngine(
  program: (argv: readonly string[]) => FakeProgram,
  images: readonly string[] = [],
): FakeEngine {
  const world: World = {
    containers: new Map(),
    networks: new Map(),
    volumes: new Map(),
    images: new Map(images.map((image) => [image, `sha256:${image}`])),
    listeners: new Set(),
    failures: new Map(),
    nextId: 1,
  }
  return {
    ...composeVerbs(world, program),
    ...objectVerbs(world, program),
    failNext: (verb, error) => void world.failures.set(verb, error),
    addNetwork: (name, subnet) =>
      void world.networks.set(name, { id: name, name, driver: 'bridge', subnets: [subnet], labels: {} }),
    kill: (id, exitCode) => end(world, id, exitCode),
  }
}
