import { writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { TestBerth } from './berth.ts'
import { shopCompose, shopSettings } from './deploy-world.ts'
import { eventually } from './eventually.ts'
import { ensureImages, images } from './images.ts'
import { type Lab, type LabHost, raiseLab } from './lab.ts'
import { type LabLoad, startLabLoad } from './lab-load.ts'
import { makeProject, type TestProject } from './project.ts'

/** berth.toml of the shop on hosts that share the processors of one machine: a new version has all the time it needs. */
export const labSettings = shopSettings.replace(/timeout = \d+/, 'timeout = 60')

/** Port of the proxy in front of the apps of each host. */
const port = 8080

/** The shop, a laptop it lies on, and hosts it is in production on. */
export interface LabDeploy {
  lab: Lab
  /** On the laptop. */
  berth: TestBerth
  project: TestProject
  /** What a host's front door answers for the shop. */
  ask(host: LabHost): Promise<string>
  /** What those of all hosts answer. */
  askAll(): Promise<string[]>
  /** Clients of hosts, at their own addresses or at others. */
  load(hosts?: readonly LabHost[], addresses?: Partial<Record<LabHost, string>>): LabLoad
  /** Sets what the next version is: the page it shows, and the command of its server. */
  version(page: string, command?: string): Promise<void>
  /** Once a host's front door answers with this page, of a `dyingCommand`, has the version that shows it end. */
  endOnceServing(host: LabHost, page: string): Promise<void>
  close(): Promise<void>
}

/** Raises hosts, each with a proxy that only waits for an app, and connects the laptop to them. */
export async function openLabDeploy(count: number, env: Record<string, string> = {}): Promise<LabDeploy> {
  await ensureImages(['busybox', 'caddy'])
  const files = {
    'compose.yaml': shopCompose,
    '.env': 'DB_PASSWORD=canary-value-x\n',
    'berth.toml': labSettings,
    'site/index.html': 'v1',
  }
  const [lab, project] = await Promise.all([raiseLab({ hosts: count, env }), makeProject(files)])
  const close = async () => {
    await lab.close()
    await project.remove()
  }
  try {
    const berth = await lab.openBerth()
    await Promise.all(lab.hosts.map((host) => prepare(lab, host)))
    await Promise.all(lab.hosts.map((host) => berth.ok(['connect', host])))
    const ask = async (host: LabHost) =>
      (await lab.laptop(['curl', '-s', '-m', '10', '-H', 'Host: shop.localhost', `http://${host}:${port}/`])).stdout
    return {
      lab,
      berth,
      project,
      ask,
      askAll: () => Promise.all(lab.hosts.map(ask)),
      load: (hosts, addresses) =>
        startLabLoad(lab, { host: 'shop.localhost', port, ...(hosts && { hosts }), ...(addresses && { addresses }) }),
      async version(page, command = 'httpd -f -p 80 -h /site') {
        await project.write('site/index.html', page)
        await project.write('compose.yaml', shopCompose.replace('httpd -f -p 80 -h /site', command))
      },
      async endOnceServing(host, page) {
        await eventually(async () => expect(await ask(host)).toBe(page))
        await lab.on(host, ['sh', '-c', `docker exec ${newestWeb} touch /die`])
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Shell text for the container of the version that was started last. */
export const newestWeb = '$(docker ps -q --filter label=dev.berth.service=web | head -1)'

async function prepare(lab: Lab, host: LabHost): Promise<void> {
  await lab.loadImages(host, [images.caddy])
  await lab.on(host, ['mkdir', '-p', '-m', '700', '/root/.berth'])
  const ingress = `[ingress]\nproxy = "caddy"\nimage = "${images.caddy}"\nlisten = "0.0.0.0:${port}"\n`
  await writeFile(await lab.path(host, '/root/.berth/config.toml'), ingress)
}
