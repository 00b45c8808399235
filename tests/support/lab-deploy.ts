import { writeFile } from 'node:fs/promises'
import type { TestBerth } from './berth.ts'
import { shopCompose, shopSettings } from './deploy-world.ts'
import { ensureImages, images } from './images.ts'
import { type Lab, type LabHost, raiseLab } from './lab.ts'
import { type LabLoad, startLabLoad } from './lab-load.ts'
import { makeProject, type TestProject } from './project.ts'

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
  close(): Promise<void>
}

/** Raises hosts, each with a proxy that only waits for an app, and connects the laptop to them. */
export async function openLabDeploy(count: number, env: Record<string, string> = {}): Promise<LabDeploy> {
  await ensureImages(['busybox', 'caddy'])
  const files = {
    'compose.yaml': shopCompose,
    '.env': 'DB_PASSWORD=canary-value-x\n',
    'berth.toml': shopSettings,
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
    for (const host of lab.hosts) await berth.ok(['connect', host])
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
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function prepare(lab: Lab, host: LabHost): Promise<void> {
  await lab.loadImages(host, [images.caddy])
  await lab.on(host, ['mkdir', '-p', '-m', '700', '/root/.berth'])
  const ingress = `[ingress]\nproxy = "caddy"\nimage = "${images.caddy}"\nlisten = "0.0.0.0:${port}"\n`
  await writeFile(await lab.path(host, '/root/.berth/config.toml'), ingress)
}
