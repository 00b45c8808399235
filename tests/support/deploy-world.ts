import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBerth, type TestBerth } from './berth.ts'
import { freePort } from './free-port.ts'
import { images } from './images.ts'
import { type Load, startLoad } from './load.ts'
import { must } from './must.ts'
import { makeProject, type TestProject } from './project.ts'

/** A service that can run twice and one that cannot, with a secret, and no healthcheck. */
export const shopCompose = `
services:
  web:
    image: ${images.busybox}
    command: httpd -f -p 80 -h /site
    init: true
    volumes: ["./site:/site"]
    ports: ["18080:80"]
    environment: { DB_PASSWORD: "\${DB_PASSWORD}" }
    depends_on: [store]
  store:
    image: ${images.busybox}
    init: true
    command: sleep 100000
    volumes: ["data:/data"]
volumes: { data: {} }
`

/** berth.toml of the shop; the old version goes on for one second. */
export const shopSettings = '[deploy]\napp = "shop"\ndrain = 1\nbake = 1\nhealth.timeout = 10\n'

/** A version that serves for as long as nobody makes `/die` in it, then ends. */
export const dyingCommand = 'sh -c "httpd -p 80 -h /site; until [ -e /die ]; do sleep 0.2; done; echo gone; exit 1"'

/** What `berth deploy --json` says. */
export interface DeployOutcome {
  app: { state: string; number: number; release: string; urls: string[] }
  deployment: { id: string; state: string }
  unchanged: boolean
}

/** An app, the machine it is deployed on, and clients. */
export interface DeployWorld {
  berth: TestBerth
  project: TestProject
  /** Of the proxy in front of the apps. */
  port: number
  deploy(...flags: string[]): Promise<DeployOutcome>
  /** Clients that never stop asking the shop. */
  load(): Load
  /** Ids of the running containers of a service. */
  containers(service: string): Promise<string[]>
  close(): Promise<void>
}

interface DeployWorldOptions {
  proxy?: 'caddy' | 'traefik'
  /** Where its home is made. */
  parent?: string
}

/** Opens one; `proxy` stands in front of the apps. */
export async function openDeployWorld({ proxy = 'caddy', parent }: DeployWorldOptions = {}): Promise<DeployWorld> {
  const port = await freePort()
  const files = {
    'compose.yaml': shopCompose,
    '.env': 'DB_PASSWORD=canary-$-value\n',
    'berth.toml': shopSettings,
    'site/index.html': 'v1',
  }
  const [berth, project] = await Promise.all([openBerth(parent === undefined ? {} : { parent }), makeProject(files)])
  const ingress = `[ingress]\nproxy = "${proxy}"\nimage = "${images[proxy]}"\nlisten = "127.0.0.1:${port}"\n`
  await writeFile(join(berth.home, 'config.toml'), ingress)
  const homeId = () => must(['cat', join(berth.home, 'id')])
  return {
    berth,
    project,
    port,
    deploy: (...flags) => berth.data<DeployOutcome>(['deploy', ...flags], { cwd: project.directory }),
    load: () => startLoad({ port, host: 'shop.localhost', like: proxy === 'traefik' ? 'strict' : 'browser' }),
    async containers(service) {
      const filters = [`dev.berth.service=${service}`, `dev.berth.apps=${await homeId()}`]
      const listed = await must([
        'docker',
        'ps',
        ...filters.flatMap((label) => ['--filter', `label=${label}`]),
        '--format',
        '{{.ID}}',
      ])
      return listed.split('\n').filter((id) => id !== '')
    },
    close: async () => void (await Promise.all([berth.close(), project.remove()])),
  }
}
