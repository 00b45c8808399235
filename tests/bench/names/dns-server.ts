/** A name server with 1,000 names, in a process of its own with berthd's flags and its heap; says on which port it listens. */
import { createNameServer } from '../../../src/adapters/dns/name-server.ts'
import { buildZone } from '../../../src/core/names/zone.ts'
import { collectEarly } from '../../../src/daemon/heap.ts'

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
collectEarly()
const { port } = await server.listen({ address: '127.0.0.1', port: 0 })
process.stdout.write(`${port}\n`)
