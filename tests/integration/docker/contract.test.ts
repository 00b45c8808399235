import { describe } from 'vitest'
import { createDockerEngine } from '../../../src/adapters/docker/docker.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { engineContract } from '../../contracts/engine.ts'
import { ensureImages } from '../../support/images.ts'

describe('the Docker of this machine', () =>
  engineContract(async () => {
    await ensureImages(['busybox'])
    return {
      engine: createDockerEngine({ host: createLocalHost(), environment: process.env }),
      close: async () => undefined,
    }
  }))
