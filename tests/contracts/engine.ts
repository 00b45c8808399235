import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { composeLabels } from '../../src/core/labels.ts'
import type { ComposeFiles, ContainerEngine } from '../../src/core/ports.ts'
import { eventually } from '../support/eventually.ts'
import { images } from '../support/images.ts'
import { temporaryPrefix } from '../support/temporary.ts'
import { contractCommands } from './engine-commands.ts'
import { logsContract } from './engine-logs.ts'

export { contractCommands } from './engine-commands.ts'

const forever = JSON.stringify(contractCommands.forever)
/** Drawn anew each time: engines that are tested at the same time share the machine's routes. */
const base = `10.${randomInt(240, 255)}.${randomInt(256)}`
const start = { services: [], build: false, timeoutSeconds: 120 }

/** What every ContainerEngine does. `open` reaches one that has the busybox image; `close` lets go of it. */
export function engineContract(open: () => Promise<{ engine: ContainerEngine; close(): Promise<void> }>): void {
  let opened: { engine: ContainerEngine; close(): Promise<void> }
  let engine: ContainerEngine
  const projects: ComposeFiles[] = []

  beforeAll(async () => {
    opened = await open()
    engine = opened.engine
  })
  afterAll(() => opened.close())
  afterEach(async () => {
    for (const files of projects.splice(0)) {
      await engine.down({ ...files, files: [] }, { volumes: true, timeoutSeconds: 0 })
      await rm(files.directory, { recursive: true, force: true })
    }
  })

  /** A project of one compose file; `image` and `command` are filled in where a service has none. */
  async function project(services: string, rest = ''): Promise<ComposeFiles> {
    const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}engine-`))
    const file = join(directory, 'compose.yaml')
    await writeFile(file, `services:\n${services.trimEnd()}\n${rest}`)
    const name = `berth-contract-${directory.slice(-6).toLowerCase()}`
    const files = { project: name, directory, files: [file], profiles: [], variables: {} }
    projects.push(files)
    return files
  }
  const service = (name: string, more = '') =>
    `  ${name}: { image: "${images.busybox}", command: ${forever}${more && `, ${more}`} }\n`
  const containersOf = ({ project }: ComposeFiles) => engine.containers([`${composeLabels.project}=${project}`])
  const network = (subnet: string) => `networks: { default: { ipam: { config: [{ subnet: "${subnet}" }] } } }\n`

  describe('what an engine is', () => {
    test('it says its kind, versions and address', async () => {
      const { kind, composeVersion, socket } = await engine.info()
      expect(`${kind} ${composeVersion} ${socket}`).toMatch(/^(docker|podman) \d+\.\d\S* (unix|tcp):\/\//)
    })

    test('it knows its images by reference, and what each is', async () => {
      const id = (await engine.images()).get(images.busybox)
      expect((await engine.imageFacts([id ?? '?'])).get(id ?? '')?.platform).toMatch(/^linux\//)
    })
  })

  describe('models', () => {
    test('a model is canonical: short forms are long ones, the default network is there', async () => {
      const files = await project(
        service('web', 'ports: ["8080:80"], labels: ["a=b"], depends_on: [db]') + service('db'),
      )
      const model = await engine.model(files)
      expect(model.services['web']).toMatchObject({
        ports: [{ target: 80, published: '8080', protocol: 'tcp' }],
        labels: { a: 'b' },
        networks: { default: null },
        depends_on: { db: { condition: 'service_started' } },
      })
      expect(model.networks?.['default']?.name).toBe(`${files.project}_default`)
    })

    test('a later file can remove and replace', async () => {
      const files = await project(service('web', 'container_name: web, ports: ["8080:80"]'))
      const override = join(files.directory, 'override.yaml')
      await writeFile(override, 'services: { web: { container_name: !reset null, ports: !override [{ target: 90 }] } }')
      const { services } = await engine.model({ ...files, files: [...files.files, override] })
      expect(services['web']).not.toHaveProperty('container_name')
      expect(services['web']?.ports).toMatchObject([{ target: 90 }])
    })

    test('services of a profile are there when it is active, or when all are asked for', async () => {
      const files = await project(service('web') + service('debug', 'profiles: [dev]'))
      expect(Object.keys((await engine.model(files)).services)).toEqual(['web'])
      expect(Object.keys((await engine.model({ ...files, profiles: ['dev'] })).services).sort()).toEqual([
        'debug',
        'web',
      ])
      expect(Object.keys((await engine.model(files, { allProfiles: true })).services).sort()).toEqual(['debug', 'web'])
    })

    test('what is no compose project is COMPOSE_INVALID', async () => {
      await expect(engine.model(await project('  web: { command: x }'))).rejects.toMatchObject({
        code: 'COMPOSE_INVALID',
      })
      await expect(engine.model(await project('  web: [\n a: b'))).rejects.toMatchObject({ code: 'COMPOSE_INVALID' })
    })
  })

  describe('up', () => {
    test('containers run, in their network, with their labels and volumes', async () => {
      const files = await project(
        service('web', 'labels: { berth.test: "yes" }, volumes: ["data:/data"]') +
          service('side', 'network_mode: "service:web"'),
        `${network(`${base}.0/28`)}volumes: { data: { labels: { berth.test: "yes" } } }\n`,
      )
      await engine.up(files, start)
      const ours = [`${composeLabels.project}=${files.project}`]
      const [container, ...others] = await engine.containers(['berth.test=yes', ...ours])
      expect(others).toEqual([])
      const runs = { name: `${files.project}-web-1`, state: 'running', health: 'none', exitCode: null }
      expect(container).toMatchObject(runs)
      expect(container?.labels).toMatchObject({ [composeLabels.service]: 'web', 'berth.test': 'yes' })
      expect(await engine.configHashes(files)).toMatchObject({ web: container?.labels[composeLabels.configHash] })
      expect(container?.networks[`${files.project}_default`]?.ipv4).toContain(`${base}.`)
      const side = (await engine.containers(ours)).find(({ name }) => name.endsWith('-side-1'))
      expect([container?.networkOf, side?.networkOf]).toEqual([null, container?.id])
      const [made] = await engine.networks(ours)
      expect(made).toMatchObject({ name: `${files.project}_default`, subnets: [`${base}.0/28`] })
      expect(await engine.volumes(ours)).toMatchObject([
        { name: `${files.project}_data`, labels: { 'berth.test': 'yes' } },
      ])
      const [size] = await engine.volumeSizes(ours)
      expect(size?.bytes).toBeGreaterThanOrEqual(0)
    })

    test('what is listed has all of the labels, not one of them', async () => {
      const label = 'labels: { berth.test.kind: "filter" }'
      const files = await project(
        service('web', `${label}, volumes: ["data:/data"]`),
        `networks: { default: { ${label}, ipam: { config: [{ subnet: ${base}.0/28 }] } } }\nvolumes: { data: { ${label} } }\n`,
      )
      await engine.up(files, start)
      const ours = `${composeLabels.project}=${files.project}`
      for (const kind of ['containers', 'networks', 'volumes'] as const) {
        const list = (labels: string[]) => engine[kind](labels)
        expect(await list([ours, 'berth.test.kind=filter'])).toHaveLength(1)
        expect(await list([ours, 'berth.test.kind'])).toHaveLength(1)
        expect(await list([ours, 'berth.test.kind=other'])).toEqual([])
        expect(await list(['berth.test.kind=other', ours])).toEqual([])
      }
    })

    test('a second one changes nothing', async () => {
      const files = await project(service('web'), network(`${base}.0/28`))
      await engine.up(files, start)
      const [before] = await containersOf(files)
      await engine.up(files, start)
      expect((await containersOf(files)).map(({ id }) => id)).toEqual([before?.id])
    })

    test('only the services asked for start, with those they depend on', async () => {
      const files = await project(
        service('web', 'depends_on: [db]') + service('db') + service('other'),
        network(`${base}.0/28`),
      )
      await engine.up(files, { ...start, services: ['web'] })
      expect((await containersOf(files)).map(({ labels }) => labels[composeLabels.service] ?? '').sort()).toEqual([
        'db',
        'web',
      ])
      await expect(engine.up(files, { ...start, services: ['nope'] })).rejects.toMatchObject({
        code: 'SERVICE_NOT_FOUND',
      })
    })

    test('made without a start, containers wait to be started', async () => {
      const files = await project(service('web'), network(`${base}.0/28`))
      await engine.up(files, { ...start, noStart: true })
      expect(await containersOf(files)).toMatchObject([{ state: 'created' }])
      await engine.up(files, start)
      expect(await containersOf(files)).toMatchObject([{ state: 'running' }])
    })

    test('a service that stops is SERVICE_UNHEALTHY, with its last ten lines', async () => {
      const command = JSON.stringify(contractCommands.failing).replace('$i', '$$$$i')
      const files = await project(`  web: { image: "${images.busybox}", command: ${command} }`, network(`${base}.0/28`))
      const lastLines = Array.from({ length: 10 }, (_, index) => `line ${index + 3}`)
      await expect(engine.up(files, start)).rejects.toMatchObject({
        code: 'SERVICE_UNHEALTHY',
        message: 'web exited with code 3',
        details: { services: [{ service: 'web', exitCode: 3, lastLines }] },
      })
      const [container] = await containersOf(files)
      expect(container).toMatchObject({ state: 'exited', exitCode: 3 })
      expect(await engine.lastLines(container?.id ?? '', 2)).toEqual(['line 11', 'line 12'])
    })

    test('a job that ends with exit code 0, meanwhile or later, is no failure', async () => {
      const files = await project(
        `  job: { image: "${images.busybox}", command: ${JSON.stringify(contractCommands.job)} }\n${service('web')}`,
        network(`${base}.0/28`),
      )
      await engine.up(files, start)
      const states = async () => (await containersOf(files)).map(({ state }) => state).sort()
      await eventually(async () => expect(await states()).toEqual(['exited', 'running']))
    })

    test('a subnet that something else has is SUBNET_TAKEN', async () => {
      await engine.up(await project(service('web'), network(`${base}.0/28`)), start)
      await expect(engine.up(await project(service('web'), network(`${base}.0/27`)), start)).rejects.toMatchObject({
        code: 'SUBNET_TAKEN',
      })
    })
  })

  describe('down', () => {
    test('containers and networks go, data only when asked', async () => {
      const files = await project(
        service('web', 'volumes: ["data:/data"]'),
        `${network(`${base}.0/28`)}volumes: { data: }\n`,
      )
      const ours = [`${composeLabels.project}=${files.project}`]
      await engine.up(files, start)
      await engine.down(files, { volumes: false, timeoutSeconds: 0 })
      expect(await engine.containers(ours)).toEqual([])
      expect(await engine.networks(ours)).toEqual([])
      expect(await engine.volumes(ours)).toHaveLength(1)
      await engine.down(files, { volumes: true, timeoutSeconds: 0 })
      expect(await engine.volumes(ours)).toEqual([])
    })

    test('it goes by labels alone when the files are gone', async () => {
      const files = await project(service('web', 'depends_on: [db]') + service('db'), network(`${base}.0/28`))
      await engine.up(files, start)
      await rm(files.directory, { recursive: true })
      await engine.down({ ...files, files: [] }, { volumes: true, timeoutSeconds: 0 })
      expect(await containersOf(files)).toEqual([])
      await engine.down({ ...files, files: [] }, { volumes: true })
    })
  })

  describe('single objects', () => {
    test('a container stops and starts again', async () => {
      const files = await project(service('web', 'stop_grace_period: 0s'), network(`${base}.0/28`))
      await engine.up(files, start)
      const id = (await containersOf(files))[0]?.id ?? ''
      const first = await engine.times(id)
      expect(first).toMatchObject({ startedAt: expect.any(Number), endedAt: null })
      await engine.stopContainer(id)
      expect(await containersOf(files)).toMatchObject([{ state: 'exited' }])
      const stopped = await engine.times(id)
      expect(stopped?.startedAt).toBe(first?.startedAt)
      expect(stopped?.endedAt).toBeGreaterThanOrEqual(first?.startedAt ?? Number.NaN)
      await engine.startContainer(id)
      expect(await containersOf(files)).toMatchObject([{ state: 'running', exitCode: null }])
      expect((await engine.times(id))?.startedAt).toBeGreaterThanOrEqual(stopped?.endedAt ?? Number.NaN)
    })

    test('a container joins another network and leaves it; twice is harmless', async () => {
      const files = await project(
        service('web') + service('other', 'networks: [far]'),
        `networks: { default: { ipam: { config: [{ subnet: ${base}.0/28 }] } }, far: { ipam: { config: [{ subnet: ${base}.16/28 }] } } }\n`,
      )
      await engine.up(files, start)
      const far = `${files.project}_far`
      const web = async () => (await containersOf(files)).find(({ labels }) => labels[composeLabels.service] === 'web')
      const id = (await web())?.id ?? ''
      await engine.connectNetwork(far, id, ['alias'])
      await engine.connectNetwork(far, id, ['alias'])
      expect(Object.keys((await web())?.networks ?? {}).sort()).toEqual([`${files.project}_default`, far])
      await engine.disconnectNetwork(far, id)
      await engine.disconnectNetwork(far, id)
      expect(Object.keys((await web())?.networks ?? {})).toEqual([`${files.project}_default`])
    })

    test('removing what is gone is harmless', async () => {
      const none = 'berth-contract-none'
      await Promise.all([engine.removeContainer(none), engine.removeNetwork(none), engine.removeVolume(none)])
      await engine.stopContainer(none)
      expect(await engine.times(none)).toBeUndefined()
    })
  })

  describe('logs', () => logsContract({ engine: () => engine, project, containersOf }))

  test('events tell of a start and a death, until nobody listens', async () => {
    const abort = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const { type, action, attributes } of await engine.events(abort.signal))
        if (type === 'container') seen.push(`${action} ${attributes[composeLabels.service]}`)
    })()
    const files = await project(service('web'), network(`${base}.0/28`))
    await engine.up(files, start)
    await engine.down({ ...files, files: [] }, { volumes: true, timeoutSeconds: 0 })
    await eventually(() => expect(seen).toEqual(expect.arrayContaining(['start web', 'die web'])))
    abort.abort()
    await following
  })
}
