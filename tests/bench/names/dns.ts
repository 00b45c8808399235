/** Answers a second of the name server with 1,000 names, and how long one takes: `node tests/bench/names/dns.ts`. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createNameServer } from '../../../src/adapters/dns/name-server.ts'
import { buildZone } from '../../../src/core/names/zone.ts'

const service = (env: number, index: number) => ({
  service: `s${index}`,
  ipv4: [`10.224.${env}.${index + 2}`],
  ipv6: [],
  ports: [3000],
})
const envs = Array.from({ length: 250 }, (_, env) => ({
  project: 'shop',
  env: `env${env}`,
  createdAt: '2026-01-01T00:00:00Z',
  ingress: 's0',
  extraNames: [],
  services: [0, 1, 2, 3].map((index) => service(env, index)),
}))

const server = createNameServer(buildZone(envs, { suffix: 'test' }), {
  onFault: (fault) => {
    throw fault
  },
})
const { port } = await server.listen({ address: '127.0.0.1', port: 0 })
const load = async (seconds: number) => {
  const argv = [join(import.meta.dirname, 'dns-load.ts'), port, seconds, 16].map(String)
  const before = process.cpuUsage()
  const { stdout } = await promisify(execFile)(process.execPath, argv)
  const { user, system } = process.cpuUsage(before)
  const serverCpu = Number(((user + system) / 1e6 / seconds).toFixed(2))
  return { ...(JSON.parse(stdout) as object), serverCpu }
}
await load(1) // warms both sides up
process.stdout.write(`${JSON.stringify(await load(5))}\n`)
await server.close()
