/** One side of the proxy's row, in a process of its own: the `service`, or the `proxy` before it (`argv`: role, port). */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildZone } from '../../../src/core/names/zone.ts'
import { createProxy } from '../../../src/daemon/proxy/proxy.ts'

const [role, servicePort = '0'] = process.argv.slice(2)
if (role === 'service') await runService()
else await runProxy(Number(servicePort))

async function runService(): Promise<void> {
  const server = createServer((_request, response) => response.end('x'.repeat(1000)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send?.((server.address() as AddressInfo).port)
}

async function runProxy(port: number): Promise<void> {
  const services = [{ service: 'web', ipv4: ['127.0.0.1'], ipv6: [], ports: [port] }]
  const env = { project: 'shop', env: 'feat', createdAt: '', ingress: 'web', extraNames: [], services }
  const proxy = createProxy(buildZone([env], { suffix: 'localhost' }), {
    onFault: (fault) => {
      throw fault
    },
  })
  process.send?.((await proxy.listen(0)).port)
}
