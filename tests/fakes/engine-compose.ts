import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import ipaddr from 'ipaddr.js'
import { AppError } from '../../src/core/errors.ts'
import { composeLabels } from '../../src/core/labels.ts'
import type { ComposeModel } from '../../src/core/ports/compose-model.ts'
import type { BuildOptions, UpOptions } from '../../src/core/ports/engine.ts'
import type { ComposeFiles, EngineContainer } from '../../src/core/ports.ts'
import { modelInMemory } from './compose-in-memory.ts'
import { type FakeProgram, linesOf, removeContainer, run, type World } from './engine-world.ts'

/** What `docker compose` would do in this world. */
export function composeVerbs(world: World, program: (argv: readonly string[]) => FakeProgram) {
  return {
    info: async () => ({
      kind: 'docker' as const,
      engineVersion: '0.0',
      composeVersion: '2.24.0',
      socket: 'unix:///fake',
      limits: [],
    }),
    model: (files: ComposeFiles, options: { allProfiles?: boolean } = {}) =>
      readModel(world, files, options.allProfiles ? ['*'] : files.profiles),
    configHashes: async (files: ComposeFiles) => {
      const { services } = await readModel(world, files, files.profiles)
      return Object.fromEntries(Object.entries(services).map(([name, service]) => [name, hashOf(service)]))
    },
    build: async (files: ComposeFiles, { services }: BuildOptions) => {
      const model = await readModel(world, files, ['*'])
      for (const service of services) {
        const reference = model.services[service]?.image ?? `${files.project}-${service}`
        world.images.set(reference, `sha256:${reference}`)
      }
    },
    up: async (files: ComposeFiles, options: UpOptions) => {
      options.signal?.throwIfAborted()
      failIfAsked(world, 'up')
      const model = await readModel(world, files, files.profiles)
      const unknown = options.services.find((service) => !(service in model.services))
      if (unknown !== undefined) throw new AppError('SERVICE_NOT_FOUND', `the project has no service ${unknown}`)
      makeNetworks(world, model)
      for (const [key, volume] of Object.entries(model.volumes ?? {}))
        addVolume(world, volume?.name ?? key, {
          ...volume?.labels,
          [composeLabels.project]: model.name,
          [composeLabels.volume]: key,
        })
      for (const service of wanted(model, options.services))
        startService(world, model, service, options.noStart ? undefined : program)
      if (!options.noStart) refuseFailed(world, model.name)
    },
    down: async (files: ComposeFiles, options: { volumes: boolean }) => {
      failIfAsked(world, 'down')
      const isOurs = ({ labels }: { labels: Record<string, string> }) => labels[composeLabels.project] === files.project
      for (const { id } of [...world.containers.values()].filter(isOurs)) removeContainer(world, id)
      for (const { name } of [...world.networks.values()].filter(isOurs)) world.networks.delete(name)
      if (options.volumes) for (const { name } of [...world.volumes.values()].filter(isOurs)) world.volumes.delete(name)
    },
    composeCommand: (files: ComposeFiles, args: readonly string[]) => ({
      argv: ['compose', files.project, ...args],
      env: {},
      cwd: files.directory,
    }),
    execCommand: (container: string, argv: readonly string[]) => ({ argv: ['exec', container, ...argv], env: {} }),
    copyCommand: (from: string, to: string) => ({ argv: ['cp', from, to], env: {} }),
  }
}

const hashOf = (service: object) => createHash('sha256').update(JSON.stringify(service)).digest('hex')

function failIfAsked(world: World, verb: string): void {
  const error = world.failures.get(verb)
  world.failures.delete(verb)
  if (error) throw error
}

async function readModel(world: World, files: ComposeFiles, profiles: readonly string[]): Promise<ComposeModel> {
  failIfAsked(world, 'model')
  return modelInMemory(files.project, await Promise.all(files.files.map((file) => readFile(file, 'utf8'))), profiles)
}

/** The services asked for and what they depend on; all when none is named. */
function wanted(model: ComposeModel, asked: readonly string[]): string[] {
  if (asked.length === 0) return Object.keys(model.services)
  const found = new Set<string>()
  const add = (service: string) => {
    if (found.has(service)) return
    for (const needed of Object.keys(model.services[service]?.depends_on ?? {})) add(needed)
    found.add(service)
  }
  for (const service of asked) add(service)
  return [...found]
}

function makeNetworks(world: World, model: ComposeModel): void {
  for (const [key, network] of Object.entries(model.networks ?? {})) {
    const name = network?.name ?? key
    if (world.networks.has(name)) continue
    const subnet = network?.ipam?.config?.[0]?.subnet ?? `172.${20 + world.networks.size}.0.0/16`
    const taken = [...world.networks.values()].some(({ subnets }) => subnets.some((other) => overlap(subnet, other)))
    if (taken) throw new AppError('SUBNET_TAKEN', 'Pool overlaps with other one on this address space')
    const labels = { ...network?.labels, [composeLabels.project]: model.name, [composeLabels.network]: key }
    world.networks.set(name, { id: `n${world.nextId++}`, name, driver: 'bridge', subnets: [subnet], labels })
  }
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [ipaddr.IPv4.parseCIDR(a), ipaddr.IPv4.parseCIDR(b)]
  return one[0].match(other[0], Math.min(one[1], other[1]))
}

function addVolume(world: World, name: string, labels: Record<string, string>): void {
  if (!world.volumes.has(name)) world.volumes.set(name, { name, labels })
}

function startService(
  world: World,
  model: ComposeModel,
  name: string,
  program: ((argv: readonly string[]) => FakeProgram) | undefined,
): void {
  const service = model.services[name] ?? {}
  const found = [...world.containers.values()].find(
    ({ labels, project }) => project === model.name && labels[composeLabels.service] === name,
  )
  const container = found ?? makeContainer(world, model, name)
  if (!program || container.state === 'running') return
  run(world, container.id, program(service.command ?? []))
}

function makeContainer(world: World, model: ComposeModel, name: string) {
  const service = model.services[name] ?? {}
  const id = `c${world.nextId++}`
  const image = service.image ?? `${model.name}-${name}`
  if (service.build && !world.images.has(image)) world.images.set(image, `sha256:${image}-${world.nextId++}`)
  const networks = Object.keys(service.networks ?? {}).map((key) => {
    const engineName = model.networks?.[key]?.name ?? key
    const subnet = world.networks.get(engineName)?.subnets[0] ?? '0.0.0.0/8'
    return [engineName, { ipv4: subnet.replace(/\d+\/\d+$/, `${world.nextId++}`), ipv6: '' }] as const
  })
  const container = {
    id,
    name: service.container_name ?? `${model.name}-${name}-1`,
    image,
    imageId: world.images.get(image) ?? '',
    state: 'created' as EngineContainer['state'],
    health: 'none' as const,
    exitCode: null as number | null,
    labels: {
      ...service.labels,
      [composeLabels.project]: model.name,
      [composeLabels.service]: name,
      [composeLabels.number]: '1',
      [composeLabels.oneOff]: 'False',
      [composeLabels.configHash]: hashOf(service),
    },
    networks: Object.fromEntries(networks),
    networkOf: networkOwner(world, model.name, service.network_mode),
    ports: (service.expose ?? []).map((port) => ({ port: Number(port), protocol: 'tcp' as const })),
    createdAt: '2026-01-01T00:00:00.000Z',
    output: '',
    project: model.name,
  }
  world.containers.set(id, container)
  return container
}

function networkOwner(world: World, project: string, mode = ''): string | null {
  const [, owner] = /^service:(.+)$/.exec(mode) ?? []
  const found = [...world.containers.values()].find(
    (each) => each.project === project && each.labels[composeLabels.service] === owner,
  )
  return found?.id ?? null
}

function refuseFailed(world: World, project: string): void {
  const failed = [...world.containers.values()].filter(
    (each) => each.project === project && each.state === 'exited' && each.exitCode !== 0,
  )
  if (failed.length === 0) return
  const services = failed.map(({ labels, name, exitCode, output }) => ({
    service: labels[composeLabels.service],
    container: name,
    reason: `exited with code ${exitCode}`,
    exitCode,
    lastLines: linesOf(output).slice(-10),
  }))
  throw new AppError('SERVICE_UNHEALTHY', services.map(({ service, reason }) => `${service} ${reason}`).join(', '), {
    details: { services },
  })
}
