import { describe } from 'vitest'
import { createDockerEngine } from '../../../src/adapters/docker/docker.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { isolationContract } from '../../contracts/isolation.ts'
import { ensureImages } from '../../support/images.ts'

describe('envs on the Docker of this machine', () =>
  isolationContract(async () => {
    await ensureImages(['busybox'])
    const environment = process.env
    return {
      engine: createDockerEngine({ host: createLocalHost(), environment }),
      environment,
      close: async () => undefined,
    }
  }))
