import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDockerEngine } from '../../../src/adapters/docker/docker.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import type { ContainerEngine } from '../../../src/core/ports.ts'
import { engineContract } from '../../contracts/engine.ts'
import { ensureImages, images } from '../../support/images.ts'
import { openPodman, podmanMissing, type TestPodman } from '../../support/podman.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

const missing = podmanMissing()
if (missing) console.warn(missing)

async function openEngine(): Promise<{ engine: ContainerEngine; podman: TestPodman }> {
  const podman = await openPodman()
  const environment = { ...process.env, DOCKER_HOST: podman.address }
  await ensureImages(['busybox'], environment)
  return { podman, engine: createDockerEngine({ host: createLocalHost(), environment }) }
}

describe.skipIf(missing)('Podman through its Docker-compatible socket', () => {
  engineContract(async () => {
    const { engine, podman } = await openEngine()
    return { engine, close: () => podman.close() }
  })
})

describe.skipIf(missing)('Podman beyond the contract', () => {
  let opened: Awaited<ReturnType<typeof openEngine>>
  let directory = ''
  beforeAll(async () => {
    opened = await openEngine()
    directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}podman-project-`))
  })
  afterAll(async () => {
    await opened.podman.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('it says that it is Podman, and what it cannot do', async () => {
    const info = await opened.engine.info()
    expect(info).toMatchObject({ kind: 'podman', socket: opened.podman.address })
    expect(info.limits).toContainEqual(expect.stringContaining('BuildKit'))
  })

  test('a build, a healthcheck that others wait for, and exposed ports work', async () => {
    await writeFile(join(directory, 'Dockerfile'), `FROM ${images.busybox}\nRUN echo built > /made\nEXPOSE 80\n`)
    await writeFile(
      join(directory, 'compose.yaml'),
      `services:
  db: { build: ., command: [sleep, "1000"], healthcheck: { test: [CMD, cat, /made], interval: 1s } }
  web: { image: "${images.busybox}", command: [sleep, "1000"], depends_on: { db: { condition: service_healthy } } }
networks: { default: { ipam: { config: [{ subnet: 10.229.${randomInt(256)}.0/28 }] } } }
`,
    )
    const files = {
      project: 'berth-test-podman',
      directory,
      files: [join(directory, 'compose.yaml')],
      profiles: [],
      variables: {},
    }
    await opened.engine.up(files, { services: [], build: false, timeoutSeconds: 60 })
    const containers = await opened.engine.containers(['com.docker.compose.project=berth-test-podman'])
    const db = containers.find(({ name }) => name === 'berth-test-podman-db-1')
    expect(db).toMatchObject({ state: 'running', health: 'healthy', ports: [{ port: 80, protocol: 'tcp' }] })
    expect(db?.image).not.toContain('localhost/')
    await opened.engine.down({ ...files, files: [] }, { volumes: true, timeoutSeconds: 0 })
  })
})
