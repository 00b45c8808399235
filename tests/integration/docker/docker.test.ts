/** What the docker adapter does beyond the contract, against the engine of this machine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { createDockerEngine } from '../../../src/adapters/docker/docker.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import type { ComposeFiles } from '../../../src/core/ports.ts'
import { eventually } from '../../support/eventually.ts'
import { ensureImages, images } from '../../support/images.ts'

const engine = createDockerEngine({ host: createLocalHost(), environment: process.env })
const image = images.busybox
const projects: ComposeFiles[] = []
const directories: string[] = []

beforeAll(() => ensureImages(['busybox']))

afterEach(async () => {
  for (const files of projects.splice(0))
    await engine.down({ ...files, files: [] }, { volumes: true, timeoutSeconds: 0 })
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
})

async function project(compose: string): Promise<ComposeFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-docker-'))
  directories.push(directory)
  await writeFile(join(directory, 'compose.yaml'), compose)
  const name = `berth-test-${directory.slice(-6).toLowerCase()}`
  const files = { project: name, directory, files: [join(directory, 'compose.yaml')], profiles: [], variables: {} }
  projects.push(files)
  return files
}

const start = { services: [], build: false, timeoutSeconds: 90 }

test('a service that says healthy is up, and is seen with its address and labels', async () => {
  const files = await project(`
services:
  web:
    image: ${image}
    command: sleep 1000
    expose: ["80"]
    healthcheck: { test: ["CMD", "true"], interval: 200ms }
    labels: { berth.test: "yes" }
`)
  await engine.up(files, start)
  const [container, ...others] = await engine.containers([
    `com.docker.compose.project=${files.project}`,
    'berth.test=yes',
  ])
  expect(others).toEqual([])
  expect(container).toMatchObject({
    name: `${files.project}-web-1`,
    state: 'running',
    health: 'healthy',
    exitCode: null,
  })
  expect(container?.ports).toEqual([{ port: 80, protocol: 'tcp' }])
  expect(container?.networks[`${files.project}_default`]?.ipv4).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
})

test('a dependency that becomes unhealthy is SERVICE_UNHEALTHY', async () => {
  const files = await project(`
services:
  db: { image: "${image}", command: sleep 1000, healthcheck: { test: ["CMD", "false"], interval: 100ms, retries: 2 } }
  web: { image: "${image}", command: sleep 1000, depends_on: { db: { condition: service_healthy } } }
`)
  await expect(engine.up(files, start)).rejects.toMatchObject({ code: 'SERVICE_UNHEALTHY', message: 'db is unhealthy' })
})

test('a dependency that never becomes healthy is given up after the timeout', async () => {
  const files = await project(`
services:
  db: { image: "${image}", command: sleep 1000, healthcheck: { test: ["CMD", "false"], interval: 200ms, retries: 1000 } }
  web: { image: "${image}", command: sleep 1000, depends_on: { db: { condition: service_healthy } } }
`)
  await expect(engine.up(files, { ...start, timeoutSeconds: 5 })).rejects.toMatchObject({
    code: 'SERVICE_UNHEALTHY',
    message: expect.stringContaining('db did not become healthy in time'),
  })
})

test('a command that does not exist names its service', async () => {
  const files = await project(`services: { web: { image: "${image}", command: /nope } }`)
  await expect(engine.up(files, start)).rejects.toMatchObject({
    code: 'COMPOSE_FAILED',
    message: expect.stringMatching(/^web could not start: .*\/nope/),
  })
})

test('an interrupted start ends, with the reason of the signal', async () => {
  const files = await project(`
services:
  db: { image: "${image}", command: sleep 1000, healthcheck: { test: ["CMD", "false"], interval: 1h } }
  web: { image: "${image}", command: sleep 1000, depends_on: { db: { condition: service_healthy } } }
`)
  const abort = new AbortController()
  const reason = new Error('enough')
  const onLine = (line: string) => line.includes('Waiting') && abort.abort(reason)
  await expect(engine.up(files, { ...start, signal: abort.signal, onLine })).rejects.toBe(reason)
})

test('what Compose does not accept is COMPOSE_INVALID, with its place', async () => {
  const files = await project('services:\n  web:\n    image: x\n    portz: [80]\n')
  await expect(engine.model(files)).rejects.toMatchObject({
    code: 'COMPOSE_INVALID',
    message: 'compose.yaml:4:5: services.web Additional property portz is not allowed',
    details: { file: files.files[0], line: 4, column: 5 },
  })
})

test('values with dollars come out of the model as they are', async () => {
  const files = await project('services: { web: { image: x, environment: { A: "$$HOME $${X}", B: "${B}" } } }')
  const model = await engine.model({ ...files, variables: { B: 'b$1' } })
  expect(model.services['web']?.environment).toEqual({ A: '$HOME ${X}', B: 'b$1' })
})

test('an engine that is not there is ENGINE_UNAVAILABLE', async () => {
  const absent = createDockerEngine({
    host: createLocalHost(),
    environment: { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
  })
  await expect(absent.containers([])).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  const files = await project(`services: { web: { image: "${image}", command: sleep 1000 } }`)
  await expect(absent.up(files, start)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
})

test('a log tells the stream of each entry; that of a terminal is one', async () => {
  const files = await project(`
services:
  web: { image: "${image}", command: ["sh", "-c", "echo out; sleep 0.4; echo err >&2; sleep 0.4; printf end"] }
  screen: { image: "${image}", command: ["sh", "-c", "echo line; printf end; exit 0"], tty: true }
`)
  await engine.up(files, start)
  // whoever follows a container while it ends may not be told its last words by Docker
  await eventually(async () =>
    expect(
      (await engine.containers([`com.docker.compose.project=${files.project}`])).map(({ state }) => state),
    ).toEqual(['exited', 'exited']),
  )
  const read = async (service: string) => {
    const found: string[][] = []
    const log = engine.logs(`${files.project}-${service}-1`, { follow: true }, new AbortController().signal)
    for await (const { bytes, entries } of log)
      for (const { stream, start, end } of entries) found.push([stream, bytes.toString('utf8', start, end)])
    return found
  }
  expect(await read('web')).toEqual([
    ['stdout', 'out\n'],
    ['stderr', 'err\n'],
    ['stdout', 'end'],
  ])
  expect(await read('screen')).toEqual([
    ['stdout', 'line\r\n'],
    ['stdout', 'end'],
  ])
})
