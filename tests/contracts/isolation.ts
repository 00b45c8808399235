import { randomInt } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalHost } from '../../src/adapters/host/local-host.ts'
import { isolate } from '../../src/core/envs/isolate.ts'
import { allocateBlock } from '../../src/core/envs/subnets.ts'
import { labels } from '../../src/core/labels.ts'
import type { ComposeFiles, ContainerEngine } from '../../src/core/ports.ts'
import { images } from '../support/images.ts'

const host = createLocalHost()
const homeId = 'isolation-test'
const image = images.busybox
/** Drawn anew each time: engines that are tested at the same time share the machine's routes. */
const pool = `10.${randomInt(230, 240)}.${randomInt(256)}`

const compose = `
name: clash
services:
  db:
    image: ${image}
    container_name: the-db
    command: ["sh", "-c", "echo of $$WHO > /data/who; exec httpd -f -h /data"]
    environment: { WHO: "\${WHO}" }
    ports: ["18080:80"]
    volumes: ["data:/data"]
    networks: { back: { ipv4_address: 172.28.200.5 } }
    healthcheck: { test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/who"], interval: 200ms }
  web:
    build: app
    image: clash-app:dev
    command: sleep 1000
    ports: ["127.0.0.1:18081:80"]
    networks: [back, proxy]
    depends_on: { db: { condition: service_healthy } }
  worker:
    image: clash-app:dev
    command: sleep 1000
    network_mode: container:the-db
    depends_on: [web]
networks:
  back:
    name: clash-back
    driver_opts: { com.docker.network.bridge.name: br-clash }
    ipam: { config: [{ subnet: 172.28.0.0/16 }] }
  proxy: { external: true, name: clash-proxy }
volumes:
  data: { name: clash-data }
`

/**
 * A project that could not run twice runs twice, on any engine that has the busybox image; `environment` is what its
 * docker program is to be run with.
 */
export function isolationContract(
  open: () => Promise<{ engine: ContainerEngine; environment: NodeJS.ProcessEnv; close(): Promise<void> }>,
): void {
  let opened: Awaited<ReturnType<typeof open>>
  let engine: ContainerEngine
  const directories: string[] = []
  const started: ComposeFiles[] = []

  beforeAll(async () => {
    opened = await open()
    engine = opened.engine
  })

  afterAll(async () => {
    for (const files of started) await engine.down({ ...files, files: [] }, { volumes: true, timeoutSeconds: 0 })
    for (const directory of directories) await rm(directory, { recursive: true, force: true })
    await engine.removeImages([`${labels.home}=${homeId}`])
    await opened.close()
  })

  /** The project, isolated as an env and started. */
  async function start(name: string, taken: string[]): Promise<ComposeFiles> {
    const workspace = await mkdtemp(join(tmpdir(), 'berth-isolation-'))
    directories.push(workspace)
    await mkdir(join(workspace, 'app'))
    await writeFile(join(workspace, 'compose.yaml'), compose)
    await writeFile(join(workspace, 'app', 'Dockerfile'), `FROM ${image}\nRUN echo ${name} > /made-for\n`)
    const project = `isolation-${name}-${workspace.slice(-6).toLowerCase()}`
    const files = {
      project,
      directory: workspace,
      files: [join(workspace, 'compose.yaml')],
      profiles: [],
      variables: { WHO: name },
    }
    const subnet = allocateBlock(
      [...taken, ...(await engine.networks()).flatMap(({ subnets }) => subnets)],
      `${pool}.0/24`,
      26,
    )
    taken.push(subnet)
    const env = { id: name, project: 'clash', name, composeProject: project, subnet, shared: [], workspace }
    const plan = isolate(await engine.model(files, { allProfiles: true }), { env, homeId })
    const override = join(workspace, 'override.yaml')
    await writeFile(override, plan.override)
    const isolated = { ...files, files: [...files.files, override] }
    started.push(isolated)
    await engine.up(isolated, { services: [], build: true, timeoutSeconds: 30 })
    return isolated
  }

  async function inside(files: ComposeFiles, service: string, ...argv: string[]): Promise<string> {
    const [container] = await engine.containers([
      `com.docker.compose.project=${files.project}`,
      `dev.berth.service=${service}`,
    ])
    const command = engine.execCommand(container?.id ?? '', argv, { tty: false, interactive: false })
    const { stdout, stderr } = await host.run(command.argv, { env: { ...opened.environment, ...command.env } })
    return (stdout + stderr).trim()
  }

  test('two copies of a project full of fixed names run side by side, each with its own data', async () => {
    const taken: string[] = []
    const a = await start('a', taken)
    const b = await start('b', taken)
    // reached by service name, and by the container name that it no longer has
    for (const name of ['db', 'the-db']) {
      expect(await inside(a, 'web', 'wget', '-q', '-O', '-', `http://${name}/who`)).toBe('of a')
      expect(await inside(b, 'web', 'wget', '-q', '-O', '-', `http://${name}/who`)).toBe('of b')
    }
    // in the network of the other container, by that container's fixed name
    expect(await inside(b, 'worker', 'wget', '-q', '-O', '-', 'http://127.0.0.1/who')).toBe('of b')
    // images built under the same fixed name are two
    expect(await inside(a, 'web', 'cat', '/made-for')).toBe('a')
    expect(await inside(b, 'worker', 'cat', '/made-for')).toBe('b')
    const containers = await engine.containers([`dev.berth.home=${homeId}`])
    expect(containers.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'running'))
    // the worker shares those of its database, and Podman says so
    const addresses = containers
      .filter(({ labels: own }) => own[labels.service] !== 'worker')
      .flatMap(({ networks }) => Object.values(networks).map(({ ipv4 }) => ipv4))
    expect(addresses).toHaveLength(6)
    expect(new Set(addresses).size).toBe(addresses.length)
    expect(addresses.every((address) => address.startsWith(`${pool}.`))).toBe(true)
    // a second start changes nothing
    await engine.up(a, { services: [], build: false, timeoutSeconds: 30 })
    const again = await engine.containers([`dev.berth.home=${homeId}`])
    expect(again.map(({ id }) => id).sort()).toEqual(containers.map(({ id }) => id).sort())
  })

  test('taken down by its labels alone, an env leaves nothing, and the other goes on', async () => {
    const [a, b] = started
    if (!a || !b) throw new Error('the test before this one has not started them')
    await rm(join(a.directory, 'compose.yaml'))
    await engine.down({ ...a, files: [] }, { volumes: true, timeoutSeconds: 0 })
    const ours = [`${labels.env}=a`, `${labels.home}=${homeId}`]
    expect(await engine.containers(ours)).toEqual([])
    expect(await engine.networks(ours)).toEqual([])
    expect(await engine.volumes(ours)).toEqual([])
    expect(await inside(b, 'web', 'wget', '-q', '-O', '-', 'http://db/who')).toBe('of b')
  })
}
