import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCommand } from '../../src/adapters/tls/certificate.ts'
import { eventually } from './eventually.ts'
import type { Lab, LabHost } from './lab.ts'
import { must } from './must.ts'

/** A host of the lab, or its laptop. */
export type TailnetNode = LabHost | 'laptop'

/** A tailnet of its own in a lab: a control server, and Tailscale where it was told to join. All of it ends with the lab. */
export interface Tailnet {
  /** What the laptop's PATH has to begin with for Tailscale to be installed there. */
  bin: string
  /** Installs Tailscale on a node, starts it and logs it in, as its user would. */
  join(node: TailnetNode): Promise<void>
  /** Runs `tailscale` on a node, as its user would; throws where it fails, returns its stdout otherwise. */
  tailscale(node: TailnetNode, ...words: string[]): Promise<string>
  /** Has the tailnet approve these routes of a node, and no others, as its administrator would. */
  approve(node: TailnetNode, ...routes: string[]): Promise<void>
  /** Ends Tailscale on the laptop; it stays logged in. */
  stopOnLaptop(): Promise<void>
  startOnLaptop(): Promise<void>
}

/** The programs, where they were built; undefined where not, which is said. */
export function findTailnetPrograms(): { headscale: string; tailscaled: string } | undefined {
  const [headscale, tailscaled] = ['headscale', 'tailscaled'].map((program) => {
    const { status, stdout, stderr } = spawnSync('tests/tools/build.sh', ['--cached', program], { encoding: 'utf8' })
    if (status !== 0) console.warn(`tests with a tailnet cannot run: ${stderr.trim()}`)
    return status === 0 ? stdout.trim() : undefined
  })
  return headscale === undefined || tailscaled === undefined ? undefined : { headscale, tailscaled }
}

const address = '10.77.0.1'
const port = 8443

/** Starts the control server, with a relay of its own and nothing from outside, on the lab's laptop. */
export async function raiseTailnet(
  lab: Lab,
  { headscale, tailscaled }: { headscale: string; tailscaled: string },
): Promise<Tailnet> {
  const directory = join(lab.directory, 'tailnet')
  const file = (name: string) => join(directory, name)
  const bin = file('bin')
  await mkdir(bin, { recursive: true })
  await Promise.all(['tailscale', 'tailscaled'].map((name) => symlink(tailscaled, join(bin, name))))
  await must([...makeCommand(file('key.pem'), file('cert.pem')), '-addext', `subjectAltName=IP:${address}`])
  await writeFile(file('config.yaml'), configuration(directory))
  const start = (name: string, command: string) =>
    lab.laptop(['sh', '-c', `${command} >${file(name)}.log 2>&1 </dev/null & echo $! >${file(name)}.pid`])
  const control = (...words: string[]) => must([headscale, '--config', file('config.yaml'), ...words])
  const run = async (node: TailnetNode, words: readonly string[]): Promise<string> => {
    if (node !== 'laptop') return lab.on(node, ['tailscale', ...words])
    const { exitCode, stdout, stderr } = await lab.laptop([join(bin, 'tailscale'), ...words])
    if (exitCode !== 0) throw new Error(`tailscale ${words.join(' ')}: ${stderr}`)
    return stdout
  }
  const startOnLaptop = async () => {
    const words = ['--no-logs-no-support', `--statedir=${file('laptop')}`].join(' ')
    await start('tailscaled', `env SSL_CERT_FILE=${file('cert.pem')} ${join(bin, 'tailscaled')} ${words}`)
  }
  await start('headscale', `${headscale} --config ${file('config.yaml')} serve`)
  await eventually(() => control('users', 'create', 'lab'))
  const key = await control('preauthkeys', 'create', '--user', '1', '--reusable')
  const server = `https://${address}:${port}`
  return {
    bin,
    async join(node) {
      if (node === 'laptop') await startOnLaptop()
      else await startOnHost(lab, node, { tailscaled, certificate: file('cert.pem') })
      await eventually(() =>
        run(node, ['up', '--login-server', server, '--authkey', key.trim(), '--hostname', node, '--accept-dns=false']),
      )
    },
    tailscale: (node, ...words) => run(node, words),
    async approve(node, ...routes) {
      const nodes = JSON.parse(await control('nodes', 'list', '--output', 'json')) as {
        id: number
        given_name: string
      }[]
      const id = nodes.find((one) => one.given_name === node)?.id
      await control('nodes', 'approve-routes', '--identifier', String(id), '--routes', routes.join(','))
    },
    stopOnLaptop: async () => void (await lab.laptop(['sh', '-c', `kill $(cat ${file('tailscaled')}.pid)`])),
    startOnLaptop,
  }
}

/** With what the programs need of a host's own disk. */
async function startOnHost(
  lab: Lab,
  host: LabHost,
  { tailscaled, certificate }: { tailscaled: string; certificate: string },
): Promise<void> {
  const programs = await lab.path(host, '/usr/local/bin')
  await copyFile(tailscaled, join(programs, 'tailscaled'))
  await symlink('tailscaled', join(programs, 'tailscale'))
  await copyFile(certificate, await lab.path(host, '/etc/tailnet.pem'))
  const command =
    'SSL_CERT_FILE=/etc/tailnet.pem setsid tailscaled --no-logs-no-support >/var/log/tailscaled.log 2>&1 </dev/null &'
  await lab.on(host, ['sh', '-c', command])
}

const configuration = (directory: string) => `
server_url: https://${address}:${port}
listen_addr: ${address}:${port}
metrics_listen_addr: ''
grpc_listen_addr: 127.0.0.1:50443
tls_cert_path: ${directory}/cert.pem
tls_key_path: ${directory}/key.pem
noise: { private_key_path: ${directory}/noise.key }
prefixes: { v4: 100.64.0.0/10, allocation: sequential }
derp:
  server:
    enabled: true
    region_id: 999
    region_code: lab
    region_name: lab
    stun_listen_addr: '${address}:3478'
    private_key_path: ${directory}/derp.key
    ipv4: ${address}
    automatically_add_embedded_derp_region: true
  urls: []
  paths: []
  auto_update_enabled: false
disable_check_updates: true
database: { type: sqlite, sqlite: { path: ${directory}/db.sqlite } }
unix_socket: ${directory}/headscale.sock
unix_socket_permission: '0700'
dns: { magic_dns: false, base_domain: tail.lab, override_local_dns: false, nameservers: { global: [] } }
policy: { mode: database }
logtail: { enabled: false }
log: { level: info }
`
