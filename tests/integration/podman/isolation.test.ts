import { describe } from 'vitest'
import { createDockerEngine } from '../../../src/adapters/docker/docker.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { isolationContract } from '../../contracts/isolation.ts'
import { ensureImages } from '../../support/images.ts'
import { openPodman, podmanMissing } from '../../support/podman.ts'

describe.skipIf(podmanMissing())('envs on Podman', () =>
  isolationContract(async () => {
    const podman = await openPodman()
    const environment = { ...process.env, DOCKER_HOST: podman.address }
    await ensureImages(['busybox'], environment)
    return {
      engine: createDockerEngine({ host: createLocalHost(), environment }),
      environment,
      close: () => podman.close(),
    }
  }),
)
