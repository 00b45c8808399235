/** What the proxy adds to a request, and whether any of 10,000 fails: `node tests/bench/names/proxy.ts`. Three processes. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildZone } from '../../../src/core/names/zone.ts'
import { createProxy } from '../../../src/daemon/proxy/proxy.ts'

const [role, servicePort = '0'] = process.argv.slice(2)
if (role === 'service') await runService()
else if (role === 'proxy') await runProxy(Number(servicePort))
else await measure()

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

async function measure(): Promise<void> {
  const [service, direct] = await start('service')
  const [proxy, proxied] = await start('proxy', direct)
  for (const port of [direct, proxied]) await requests(port, 2000)
  const [bare, through] = [await requests(direct, 10_000), await requests(proxied, 10_000)]
  const added = Number((through.p50 - bare.p50).toFixed(3))
  process.stdout.write(`${JSON.stringify({ direct: bare, proxied: through, addedP50: added })}\n`)
  for (const child of [service, proxy]) child.kill()
}

async function start(role: string, port = 0) {
  const child = fork(import.meta.filename, [role, String(port)])
  const [ready] = (await once(child, 'message')) as [number]
  return [child, ready] as const
}

/** One after the other, over a kept connection, as a browser's. */
async function requests(port: number, count: number) {
  const agent = new Agent({ keepAlive: true })
  const latencies: number[] = []
  let failed = 0
  for (let sent = 0; sent < count; sent++) {
    const begin = performance.now()
    const status = await get(port, agent)
    latencies.push(performance.now() - begin)
    if (status !== 200) failed++
  }
  agent.destroy()
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) => Number((sorted[Math.floor(count * share)] ?? 0).toFixed(3))
  return { p50: at(0.5), p99: at(0.99), failed }
}

function get(port: number, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, agent, headers: { Host: 'web.feat.localhost' } }, (reply) => {
      reply.resume()
      reply.once('end', () => resolve(reply.statusCode ?? 0))
    })
    sent.once('error', () => resolve(0))
    sent.end()
  })
}
